import fc from 'fast-check';
import { rankSentences } from './text-rank.js';

const sentence = fc.record({
  stems: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 6 }),
});

describe('rankSentences', () => {
  it('ranks highest what the others repeat', () => {
    const ranks = rankSentences([
      { stems: ['x'] },
      { stems: ['a', 'b'] },
      { stems: ['a'] },
      { stems: ['b'] },
    ]);
    expect(Math.max(...ranks)).toBe(ranks[1]);
    expect(Math.min(...ranks)).toBe(ranks[0]);
  });

  it('gives weights that sum to one', () => {
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1, maxLength: 12 }), (sentences) => {
        expect(rankSentences(sentences).reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('ranks nothing for no sentence', () => {
    expect(rankSentences([])).toEqual([]);
  });
});
