import { Tool } from 'cadre';
import { z } from 'zod';
import { WrittenPiece } from '../capabilities.js';
import { countWords, oneLine, shorten } from '../text/plain-text.js';
import type { Draft } from '../writing/draft.js';
import type { TextSummarizerTool } from './text-summarizer.tool.js';

const ComposerInput: z.ZodType<Draft> = z.strictObject({
  kind: z.enum(['article', 'blog_post', 'summary']),
  title: z.string().max(1_000),
  sections: z
    .array(z.strictObject({ heading: z.string(), text: z.string(), url: z.string().optional() }))
    .max(100),
  sources: z.array(z.string()).max(1_000),
});

const LEAD_SENTENCES = 2;
const SECTION_SENTENCES = 4;
const SUMMARY_SENTENCES = 5;

/** Writes a piece from the sentences of its material: no model, no cost, no word that the material does not hold. */
@Tool({
  name: 'article_composer',
  description: 'Composes an article, a blog post or a summary from sentences of its material.',
  input: ComposerInput,
  output: WrittenPiece,
})
export class ArticleComposerTool {
  constructor(private readonly summarizer: TextSummarizerTool) {}

  async use(draft: Draft): Promise<WrittenPiece> {
    const { kind, title, sources } = draft;
    const text = kind === 'summary' ? await this.#summary(draft) : await this.#article(draft);
    return { kind, title, text, wordCount: countWords(text), writtenBy: 'extraction', sources: [...sources] };
  }

  async #summary({ sections }: Draft): Promise<string> {
    const text = sections.map((section) => section.text).join('\n\n');
    return (await this.#sentences(text, SUMMARY_SENTENCES)) || shorten(oneLine(text), 500);
  }

  async #article({ title, sections, sources }: Draft): Promise<string> {
    const material = sections.map(({ text }) => text).join('\n\n');
    // A lead that says the same as the only section would be said twice.
    const lead = sections.length > 1 ? await this.#sentences(material, LEAD_SENTENCES) : '';
    const parts = [`# ${oneLine(title)}`, lead];
    for (const section of sections) parts.push(...(await this.#section(section)));
    if (sections.length === 0) parts.push('There is nothing to report yet.');
    if (sources.length > 0) parts.push('## Sources', sources.map((url) => `- <${url}>`).join('\n'));
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  }

  async #section({ heading, text, url }: Draft['sections'][number]): Promise<string[]> {
    const body = await this.#sentences(text, SECTION_SENTENCES);
    return [`## ${oneLine(heading)}`, body, url === undefined ? '' : `Source: <${url}>`];
  }

  async #sentences(text: string, maxSentences: number): Promise<string> {
    const { summary } = await this.summarizer.use({ text: text.slice(0, 1_000_000), maxSentences });
    return summary;
  }
}
