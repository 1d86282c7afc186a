import { evidenceAt } from './decision.types.js';
import { decisionOf } from '../../testing/builders/decisions.js';
import { DECISION_DEFAULTS, resolveDecisionOptions } from './decision.options.js';
import { isSampled } from './is-sampled.js';

describe('resolveDecisionOptions', () => {
  it('has a default for everything', () => {
    expect(resolveDecisionOptions()).toEqual(DECISION_DEFAULTS);
    expect(resolveDecisionOptions({ sampleRatio: 0.5, maxKept: undefined })).toEqual({
      ...DECISION_DEFAULTS,
      sampleRatio: 0.5,
    });
  });

  it.each([
    ['sampleRatio', 1.1, '0 to 1'],
    ['sampleRatio', Number.NaN, '0 to 1'],
    ['maxKeptInMemory', -1, '0 to 1000000'],
    ['maxKept', '5', '0 to 1000000000'],
    ['keepForMs', 1, '60000 to 31536000000'],
  ])('refuses %s %p and says what it may be', (field, value, range) => {
    expect(() => resolveDecisionOptions({ [field]: value })).toThrow(
      expect.objectContaining({
        code: 'DECISION_OPTION_INVALID',
        message: `decisions.${field} is ${value}; it must be a number from ${range}.`,
      }),
    );
  });
});

describe('isSampled', () => {
  const idOf = (index: number): string => (Math.imul(index, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');

  it('takes all, none, or about the share it is told', () => {
    const ids = Array.from({ length: 10_000 }, (_, at) => `${idOf(at)}-rest`);
    const count = (ratio: number): number => ids.filter((id) => isSampled(id, ratio)).length;
    expect([count(1), count(0)]).toEqual([10_000, 0]);
    for (const ratio of [0.1, 0.5, 0.9]) {
      // Five standard deviations of a binomial count.
      const spread = 5 * Math.sqrt(10_000 * ratio * (1 - ratio));
      expect(Math.abs(count(ratio) - 10_000 * ratio)).toBeLessThan(spread);
    }
  });

  it('decides the same for all attempts of a task', () => {
    const taskId = '7fffffff-0000-4000-8000-000000000000';
    expect([isSampled(taskId, 0.5), isSampled(taskId, 0.4999)]).toEqual([true, false]);
  });
});

describe('evidenceAt', () => {
  it('names what a strategy knew of a candidate', () => {
    const decision = decisionOf('t', { evidenceNames: ['turn', 'cost'], evidence: [1, 2, 3, 4] });
    expect([evidenceAt(decision, 0), evidenceAt(decision, 1), evidenceAt(decision, 2)]).toEqual([
      { turn: 1, cost: 2 },
      { turn: 3, cost: 4 },
      {},
    ]);
    expect(evidenceAt({ ...decision, evidenceNames: undefined }, 0)).toEqual({});
  });
});
