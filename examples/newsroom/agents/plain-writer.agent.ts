import { Agent, Provides, type HandlerInput } from 'cadre';
import { ContentWriting, PlainSummary, type SummaryPiece, type WrittenPiece } from '../capabilities.js';
import { ArticleComposerTool } from '../tools/article-composer.tool.js';
import { toDraft } from '../writing/draft.js';

/** Writes from the sentences of its material; never asks a model, so it costs nothing and always answers. */
@Agent({
  name: 'plain_writer',
  version: '1.0.0',
  description: 'Composes pieces from the sentences of their material, without a model.',
  maxConcurrentTasks: 8,
  costPerTaskUsd: 0,
  tags: ['offline', 'extractive'],
})
export class PlainWriterAgent {
  constructor(private readonly composer: ArticleComposerTool) {}

  @Provides(ContentWriting, { estimatedDurationMs: 100, estimatedCostUsd: 0, estimatedSuccessRatio: 0.99 })
  write(input: HandlerInput<typeof ContentWriting>): Promise<WrittenPiece> {
    return this.composer.use(toDraft(input));
  }

  @Provides(PlainSummary, { estimatedDurationMs: 50, estimatedCostUsd: 0, estimatedSuccessRatio: 0.99 })
  async sumUp(input: HandlerInput<typeof PlainSummary>): Promise<SummaryPiece> {
    const piece = await this.composer.use({ ...toDraft(input), kind: 'summary' });
    return { ...piece, kind: 'summary' };
  }
}
