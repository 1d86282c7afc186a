import { reasonOf, spellOut } from '../made-choice.js';
import { SeededRandom } from '../../common/index.js';
import { PerformanceBook, resolveMetricsOptions, type AttemptObservation } from '../../metrics/index.js';
import type { Release } from '../../registry/index.js';
import { observationOf } from '../../testing/builders/observations.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import { selectionRequest } from '../../testing/builders/selection-request.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { BalancedStrategy } from './balanced.strategy.js';
import { CheapestStrategy } from './cheapest.strategy.js';
import { FastestStrategy } from './fastest.strategy.js';
import { MostReliableStrategy } from './most-reliable.strategy.js';
import { resolveObjective } from './objective.js';
import type { RankingStrategy } from './ranking.js';

/** A urgent task, whose choice is never a trial, so that it is certain. */
const URGENT = selectionRequest({ capability: 'writing', priority: 'urgent' });
const USUAL = selectionRequest({ capability: 'writing' });

type Attempts = Partial<AttemptObservation> & { readonly count?: number };

/** Releases by what a book was told of each, with what they declare. */
function measure(...told: readonly (readonly [declared: object, ...attempts: readonly Attempts[]])[]) {
  const book = new PerformanceBook(new VirtualClock(), resolveMetricsOptions());
  const candidates = told.map(([declared, ...attempts], at) => {
    const { release } = buildRelease({
      name: `writer-${at}`,
      capabilities: [{ capability: 'writing', ...declared }],
    });
    for (const { count = 50, ...attempt } of attempts) {
      for (let done = 0; done < count; done += 1) book.onAttempt(observationOf({ release, ...attempt }));
    }
    return release;
  });
  return { book, random: new SeededRandom(3), candidates };
}

const choose = (strategy: RankingStrategy, candidates: readonly Release[], request = URGENT) =>
  strategy.select(candidates, request);

/** How often each is chosen of so many times. */
function countChoices(strategy: RankingStrategy, candidates: readonly Release[], rounds: number): number[] {
  const counts = new Array<number>(candidates.length).fill(0);
  for (let round = 0; round < rounds; round += 1) counts[choose(strategy, candidates, USUAL).index]! += 1;
  return counts;
}

describe('fastest', () => {
  it('takes the one that needs the least time for a success', () => {
    const failing = { durationMs: 100, verdict: 'failed' } as const;
    const { book, random, candidates } = measure(
      [{}, { durationMs: 300 }],
      [{}, { durationMs: 200 }],
      [{}, { durationMs: 100, count: 10 }, { ...failing, count: 40 }],
    );
    const selection = choose(new FastestStrategy(book, random), candidates);
    expect(selection.index).toBe(1);
    expect(selection.reason).toMatch(/^needs 20\d ms for a success$/);
    expect(selection.propensity).toBe(1);
  });

  it('never takes an untried one for the fastest, nor one that only fails at once', () => {
    const { book, random, candidates } = measure(
      [{}],
      [{}, { durationMs: 5_000 }],
      [{}, { durationMs: 1, verdict: 'failed' }],
    );
    const { index, scores } = spellOut(choose(new FastestStrategy(book, random), candidates));
    expect(index).toBe(1);
    expect([scores![0], scores![2]]).toEqual([-Infinity, -Infinity]);
  });

  it('goes by what is declared until it is measured', () => {
    const { book, random, candidates } = measure(
      [{ estimatedDurationMs: 400 }, { durationMs: 400 }],
      [{ estimatedDurationMs: 50, estimatedSuccessRatio: 0.95 }],
    );
    expect(choose(new FastestStrategy(book, random), candidates).index).toBe(1);
  });
});

describe('most-reliable', () => {
  it('takes 99 of 100 rather than one of one, and never an untried one', () => {
    const { book, random, candidates } = measure(
      [{}, { count: 1 }],
      [{}, { count: 99 }, { count: 1, verdict: 'failed' }],
      [{}],
    );
    const { index, reason } = choose(new MostReliableStrategy(book, random), candidates);
    expect(index).toBe(1);
    expect(reason).toMatch(/^at least 9\d(\.\d)? % succeed$/);
  });
});

describe('cheapest', () => {
  it('counts what failures cost, and takes one of unknown cost for no gift', () => {
    const { book, random, candidates } = measure(
      [{}, { costUsd: 0.02 }],
      [{}, { costUsd: 0.01, count: 20 }, { costUsd: 0.01, verdict: 'failed', count: 80 }],
      [{}],
    );
    const { index, reason } = choose(new CheapestStrategy(book, random), candidates);
    expect(index).toBe(0);
    expect(reason).toMatch(/^costs 0\.02\d* USD for a success$/);
  });
});

describe('balanced', () => {
  const told = [
    [{}, { durationMs: 100, costUsd: 0.05 }],
    [{}, { durationMs: 400, costUsd: 0.01 }],
    [{}, { durationMs: 150, costUsd: 0.015, count: 48 }, { verdict: 'failed', costUsd: 0.015, count: 2 }],
    [{}],
  ] as const;

  it.each([
    [{ success: 1, speed: 10, thrift: 0 }, 0],
    [{ success: 1, speed: 0, thrift: 10 }, 1],
    [{ success: 1, speed: 4, thrift: 3 }, 2],
    [{ success: 1, speed: 4, thrift: 3, typicalUsd: 100 }, 0],
  ])('weighs success, speed and cost as %p', (weights, expected) => {
    const { book, random, candidates } = measure(...told);
    const strategy = new BalancedStrategy(book, random, resolveObjective(weights));
    const { index, reason } = choose(strategy, candidates);
    expect(index).toBe(expected);
    expect(reason).toMatch(/^expected worth 0\.\d+ of 1$/);
  });

  it('takes declared durations without costs as they are', () => {
    const { book, random, candidates } = measure(
      [{ estimatedDurationMs: 900 }],
      [{ estimatedDurationMs: 100 }],
    );
    expect(choose(new BalancedStrategy(book, random, resolveObjective()), candidates).index).toBe(1);
  });
});

describe('every ranking', () => {
  it('tries strangers with one choice in ten, with the probabilities that it says', () => {
    const { book, random, candidates } = measure([{}, { durationMs: 100 }], [{}], [{}, { count: 2 }]);
    const strategy = new FastestStrategy(book, random);
    const { propensities } = choose(strategy, candidates, USUAL);
    expect(propensities).toEqual([0.9, 0.05, 0.05]);
    const rounds = 4_000;
    for (const [at, count] of countChoices(strategy, candidates, rounds).entries()) {
      const propensity = propensities![at]!;
      const deviation = Math.sqrt(rounds * propensity * (1 - propensity));
      expect(Math.abs(count - rounds * propensity)).toBeLessThan(5 * deviation);
    }
  });

  it('tries nobody with an urgent or a critical task, and says what a trial is', () => {
    const { book, random, candidates } = measure([{}, { durationMs: 100 }], [{}]);
    const strategy = new FastestStrategy(book, random);
    const reasons = new Set<string>();
    for (let round = 0; round < 100; round += 1) {
      expect(choose(strategy, candidates, URGENT).index).toBe(0);
      expect(choose(strategy, candidates, { ...USUAL, criticality: 'critical' }).index).toBe(0);
      reasons.add(reasonOf(choose(strategy, candidates, USUAL)));
    }
    expect([...reasons].sort()).toEqual([
      'is tried, as little is known of it',
      expect.stringMatching(/^needs 100 ms|^needs 10\d ms/),
    ]);
  });

  it('draws where nothing is known of any, and among equals', () => {
    const { book, random, candidates } = measure([{}], [{}], [{}]);
    const strategy = new CheapestStrategy(book, random);
    expect(choose(strategy, candidates).reason).toBe('drawn, as nothing is known of any');
    expect(Math.min(...countChoices(strategy, candidates, 300))).toBeGreaterThan(60);
    const free = measure([{}, { costUsd: 0 }], [{}, { costUsd: 0 }]);
    const equal = new CheapestStrategy(free.book, free.random);
    expect(Math.min(...countChoices(equal, free.candidates, 200))).toBeGreaterThan(60);
    expect(choose(equal, free.candidates, USUAL).propensities).toEqual([0.5, 0.5]);
  });

  it('is not led astray by figures that cannot be', () => {
    const { book, random, candidates } = measure(
      [{}, { durationMs: 100, costUsd: 0.01 }],
      [{}, { durationMs: Number.NaN, costUsd: -5 }],
    );
    for (const strategy of [new FastestStrategy(book, random), new CheapestStrategy(book, random)]) {
      expect(choose(strategy, candidates).index).toBe(0);
    }
  });
});
