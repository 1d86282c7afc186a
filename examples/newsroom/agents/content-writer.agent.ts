import { Agent, Provides, type HandlerInput, type TaskContext } from 'cadre';
import { ContentWriting, type WrittenPiece } from '../capabilities.js';
import { countWords, markdownHeadings } from '../text/plain-text.js';
import { ArticleComposerTool } from '../tools/article-composer.tool.js';
import { ChatModel } from '../writing/chat-model.js';
import { toDraft, type Draft } from '../writing/draft.js';
import { toPrompt } from '../writing/prompt.js';

/**
 * Writes by a chat model; the text reaches the caller while it is written. Where no model is configured it composes, like
 * the plain writer. When the model fails, the task fails: whether to retry or to ask another writer is Cadre's choice.
 */
@Agent({
  name: 'content_writer',
  version: '1.5.0',
  description: 'Writes articles, blog posts and summaries by a chat model.',
  maxConcurrentTasks: 4,
  costPerTaskUsd: 0.01,
  tags: ['model'],
})
export class ContentWriterAgent {
  constructor(
    private readonly model: ChatModel,
    private readonly composer: ArticleComposerTool,
  ) {}

  @Provides(ContentWriting, {
    estimatedDurationMs: 8_000,
    estimatedCostUsd: 0.01,
    estimatedSuccessRatio: 0.95,
  })
  async *write(
    input: HandlerInput<typeof ContentWriting>,
    task: TaskContext,
  ): AsyncGenerator<string, WrittenPiece, void> {
    const draft = toDraft(input);
    return this.model.isConfigured ? yield* this.#byModel(draft, task) : await this.composer.use(draft);
  }

  async *#byModel(draft: Draft, task: TaskContext): AsyncGenerator<string, WrittenPiece, void> {
    let text = '';
    const stream = this.model.write(toPrompt(draft), task.signal);
    for (let next = await stream.next(); ; next = await stream.next()) {
      if (next.done) {
        task.reportUsage(next.value);
        break;
      }
      text += next.value;
      yield next.value;
    }
    return {
      kind: draft.kind,
      title: markdownHeadings(text)[0]?.text ?? draft.title,
      text,
      wordCount: countWords(text),
      writtenBy: 'model',
      sources: [...draft.sources],
    };
  }
}
