import { Tool } from 'cadre';
import { z } from 'zod';
import { MAX_TEXT_CHARACTERS } from '../capabilities.js';
import { proseOf } from '../text/plain-text.js';
import { splitSentences, type Sentence } from '../text/sentences.js';
import { rankSentences } from '../text/text-rank.js';

const SummarizerInput = z.strictObject({
  text: z.string().max(MAX_TEXT_CHARACTERS),
  /** Sentences the summary may have. */
  maxSentences: z.int().min(1).max(50).default(3),
  /** Characters the summary may have; a summary has at least no sentence. */
  maxCharacters: z.int().min(1).max(100_000).default(4_000),
});

const SummarizerOutput = z.object({
  summary: z.string(),
  sentences: z.array(z.string()),
  /** Characters of the summary. */
  length: z.int().min(0),
});

/**
 * Summarizes a text by its own sentences, those that the rest of the text repeats most, in their original order. It adds no
 * word and the same text always gives the same summary. Looks at the first 600 sentences; code, tables, images and
 * headings are left out.
 */
@Tool({
  name: 'text_summarizer',
  description: 'Picks the sentences that carry a text.',
  input: SummarizerInput,
  output: SummarizerOutput,
})
export class TextSummarizerTool {
  async use(input: z.input<typeof SummarizerInput>): Promise<z.output<typeof SummarizerOutput>> {
    const { text, maxSentences = 3, maxCharacters = 4_000 } = input;
    const sentences = splitSentences(proseOf(text));
    const kept = pick(sentences, maxSentences, maxCharacters);
    const summary = kept.join(' ');
    return { summary, sentences: kept, length: summary.length };
  }
}

/** The sentences of highest rank that fit, each once, in their original order. */
function pick(sentences: readonly Sentence[], maxSentences: number, maxCharacters: number): string[] {
  const ranks = rankSentences(sentences);
  const rankOf = (at: number): number => ranks[at] as number;
  // Of equal ones the earlier: texts say first what matters.
  const byRank = [...sentences.keys()].sort((a, b) => rankOf(b) - rankOf(a) || a - b);
  const picked = new Map<string, number>();
  let length = 0;
  for (const at of byRank) {
    if (picked.size === maxSentences) break;
    const { text } = sentences[at] as Sentence;
    const grown = length + (picked.size > 0 ? 1 : 0) + text.length;
    if (grown > maxCharacters || picked.has(text)) continue;
    picked.set(text, at);
    length = grown;
  }
  return [...picked].sort(([, a], [, b]) => a - b).map(([text]) => text);
}
