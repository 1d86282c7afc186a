import fc from 'fast-check';
import { proseOf } from '../text/plain-text.js';
import { TextSummarizerTool } from './text-summarizer.tool.js';

const summarizer = new TextSummarizerTool();

const word = fc.constantFrom(
  ...'agent task route cadre Dr. e.g. 3.5 run, journal (plan) "well" don’t née 世界 constructor'.split(' '),
);
const sentence = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 12 }), fc.constantFrom('.', '!', '?', ' …', ''))
  .map(([words, end]) => words.join(' ') + end);
const prose = fc
  .array(fc.array(sentence, { minLength: 1, maxLength: 6 }), { maxLength: 6 })
  .map((paragraphs) => paragraphs.map((sentences) => sentences.join(' ')).join('\n\n'));
const text = fc.oneof(prose, fc.string({ unit: 'grapheme', maxLength: 400 }));
const wanted = fc.record({
  maxSentences: fc.integer({ min: 1, max: 6 }),
  maxCharacters: fc.integer({ min: 1, max: 400 }),
});

describe('TextSummarizerTool', () => {
  it('takes every sentence from the text, in the order of the text, within the length asked for', async () => {
    await fc.assert(
      fc.asyncProperty(text, wanted, async (input, limits) => {
        const { summary, sentences, length } = await summarizer.use({ text: input, ...limits });
        const source = proseOf(input).replace(/\s+/g, ' ');
        let from = 0;
        for (const part of sentences) {
          const at = source.indexOf(part, from);
          expect(at).toBeGreaterThanOrEqual(0);
          from = at + part.length;
        }
        expect(sentences.length).toBeLessThanOrEqual(limits.maxSentences);
        expect(summary).toBe(sentences.join(' '));
        expect(summary.length).toBe(length);
        expect(length).toBeLessThanOrEqual(limits.maxCharacters);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same summary for the same text', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        const [first, second] = [
          await summarizer.use({ text: input }),
          await summarizer.use({ text: input }),
        ];
        expect(second).toEqual(first);
      }),
    );
  });

  it('prefers what the text keeps saying', async () => {
    const { sentences } = await summarizer.use({
      text: 'Lunch was fine. Agents route tasks. A registry of agents routes the tasks of a team. Tasks wait for agents.',
      maxSentences: 1,
    });
    expect(sentences).not.toEqual(['Lunch was fine.']);
  });

  it('says a repeated sentence once', async () => {
    const { sentences } = await summarizer.use({ text: 'Same again. Same again. Same again.' });
    expect(sentences).toEqual(['Same again.']);
  });

  it('has nothing to say about code', async () => {
    expect(await summarizer.use({ text: '```\nlet a = 1;\n```' })).toEqual({
      summary: '',
      sentences: [],
      length: 0,
    });
  });

  it('refuses a text that is too long', async () => {
    await expect(summarizer.use({ text: 'a'.repeat(1_000_001) })).rejects.toMatchObject({
      code: 'TOOL_INPUT_INVALID',
    });
  });
});
