import fc from 'fast-check';
import { propensityOf, spellOut } from '../made-choice.js';
import { SeededRandom } from '../../common/index.js';
import type { Release } from '../../registry/index.js';
import { PerformanceBook, resolveMetricsOptions } from '../../metrics/index.js';
import { buildStub } from '../../testing/workflows/build-executor.js';
import { observationOf } from '../../testing/builders/observations.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { houseStrategies } from '../catalog/house-strategies.js';
import type { Strategy } from '../strategy.js';
import { FirstStrategy } from './first.strategy.js';
import { LeastLoadedStrategy } from './least-loaded.strategy.js';
import { resolveObjective } from './objective.js';
import { RandomStrategy } from './random.strategy.js';
import { RoundRobinStrategy } from './round-robin.strategy.js';
import { selectionRequest } from '../../testing/builders/selection-request.js';

const REQUEST = selectionRequest();

/** Releases with so many of their slots in use. */
function releases(...loads: readonly (readonly [inFlight: number, slots: number])[]): Release[] {
  return loads.map(([inFlight, maxConcurrentTasks], index) => {
    const { release } = buildStub({ name: `agent-${index}`, maxConcurrentTasks });
    for (let task = 0; task < inFlight; task += 1) release.occupySlot();
    return release;
  });
}

const idle = (count: number) => releases(...Array.from({ length: count }, () => [0, 1] as const));

/** Chooses and learns, as the dispatcher does. */
function take(strategy: Strategy, candidates: readonly Release[], request = REQUEST): number {
  const { index } = strategy.select(candidates, request);
  strategy.onChosen?.(candidates[index]!, request);
  return index;
}

const times = <T>(count: number, work: () => T): T[] => Array.from({ length: count }, work);

const loads = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat()).map(([slots, used]) => [used % slots, slots] as const),
  { minLength: 1, maxLength: 12 },
);

const clock = new VirtualClock();
const newBook = () => new PerformanceBook(clock, resolveMetricsOptions());
const leastLoaded = (book = newBook(), comparesAtMost?: number) =>
  new LeastLoadedStrategy(book, new SeededRandom(7), comparesAtMost);

/** Each strategy of the house, and least-loaded as it is where candidates are many; over a book that knows nothing yet. */
function strategiesOver(book = newBook()): Strategy[] {
  const parts = { clock, random: new SeededRandom(7), book, objective: resolveObjective() };
  return [...houseStrategies(parts), leastLoaded(book, 1)];
}

/** Attempts at `echo` that took so long, as a book is told of them. */
function tell(book: PerformanceBook, release: Release, durationMs: number, count = 100): void {
  times(count, () => book.onAttempt(observationOf({ release, capability: 'echo', durationMs })));
}

describe('every strategy', () => {
  it('names one of the candidates, whatever their loads', () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 20 }), (drawn, rounds) => {
        const candidates = releases(...drawn);
        for (const strategy of strategiesOver()) {
          for (const index of times(rounds, () => take(strategy, candidates))) {
            expect(candidates[index]).toBeDefined();
          }
        }
      }),
    );
  });

  it('says why, and scores each candidate when it scores at all', () => {
    const candidates = releases([0, 2], [1, 2]);
    for (const strategy of strategiesOver()) {
      const { reason, scores } = spellOut(strategy.select(candidates, REQUEST));
      expect(reason).not.toBe('');
      if (scores !== undefined) expect(scores).toHaveLength(2);
    }
  });

  it('changes nothing when it is only asked', () => {
    const candidates = idle(3);
    for (const strategy of [new RoundRobinStrategy(), leastLoaded()]) {
      expect(new Set(times(5, () => strategy.select(candidates, REQUEST).index))).toEqual(new Set([0]));
    }
  });
});

describe('a replay', () => {
  it('chooses the same again, with the same scores, from the record alone', () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 0, max: 20 }), (drawn, rounds) => {
        const candidates = releases(...drawn);
        const book = newBook();
        for (const [at, candidate] of candidates.entries())
          if (at % 3 > 0) tell(book, candidate, 50 * at, at);
        const others = strategiesOver();
        for (const [at, strategy] of strategiesOver(book).entries()) {
          times(rounds, () => take(strategy, candidates));
          const selection = strategy.select(candidates, REQUEST);
          const recorded = candidates.map(({ name: agent, version, inFlight, manifest }) => {
            const { maxConcurrentTasks } = manifest;
            return { agent, version, inFlight, maxConcurrentTasks };
          });
          const { seed, evidence } = selection;
          const record = { candidates: recorded, request: REQUEST, seed, evidence };
          // Whatever it has learned since is beside the point, and so is whom it ever knew.
          const other = others[at]!;
          const again = other.replay?.(record) ?? other.select([], REQUEST);
          expect(spellOut(again)).toEqual(spellOut(selection));
        }
      }),
    );
  });
});

describe('first', () => {
  it('takes the candidate that was registered first', () => {
    expect(new FirstStrategy().select()).toEqual({ index: 0, reason: 'registered first' });
  });
});

describe('random', () => {
  it('draws each candidate about as often as the others', () => {
    const candidates = idle(5);
    const strategy = new RandomStrategy(new SeededRandom(42));
    const counts = new Array<number>(5).fill(0);
    for (const index of times(10_000, () => take(strategy, candidates))) counts[index]! += 1;
    // Five standard deviations of a binomial count with n = 10 000 and p = 1/5.
    for (const count of counts)
      expect(Math.abs(count - 2_000)).toBeLessThan(5 * Math.sqrt(10_000 * 0.2 * 0.8));
  });

  it('draws the same again from the same seed', () => {
    const draw = () => {
      const strategy = new RandomStrategy(new SeededRandom(3));
      return times(20, () => take(strategy, idle(4)));
    };
    expect(draw()).toEqual(draw());
  });
});

describe('round-robin', () => {
  it('gives each of n candidates the same number of turns, give or take one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 100 }), (count, rounds) => {
        const candidates = idle(count);
        const strategy = new RoundRobinStrategy();
        const turns = new Array<number>(count).fill(0);
        for (const index of times(rounds, () => take(strategy, candidates))) turns[index]! += 1;
        expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('keeps the order when some candidates are away for a while', () => {
    const [a, b, c] = idle(3) as [Release, Release, Release];
    const strategy = new RoundRobinStrategy();
    expect([take(strategy, [a, b, c]), take(strategy, [a, c]), take(strategy, [a, b, c])]).toEqual([0, 1, 1]);
  });

  it('counts turns for each capability on its own', () => {
    const candidates = idle(2);
    const strategy = new RoundRobinStrategy();
    take(strategy, candidates);
    expect(take(strategy, candidates, selectionRequest({ capability: 'other' }))).toBe(0);
    expect(strategy.select(candidates, REQUEST)).toMatchObject({ index: 1, reason: 'had no turn yet' });
    take(strategy, candidates);
    expect(strategy.select(candidates, REQUEST).reason).toBe('its last turn is longest ago');
  });
});

describe('least-loaded', () => {
  it('never takes a candidate with a larger share of its slots in use, as long as no latency is known', () => {
    fc.assert(
      fc.property(loads, (drawn) => {
        const candidates = releases(...drawn);
        const { index, scores } = spellOut(leastLoaded().select(candidates, REQUEST));
        const shares = drawn.map(([used, slots]) => used / slots);
        expect(shares[index]).toBe(Math.min(...shares));
        expect(scores).toEqual(shares.map((share) => 1 - share));
      }),
    );
  });

  it('takes turns among equals', () => {
    const candidates = releases([1, 2], [1, 4], [1, 4], [2, 8]);
    const strategy = leastLoaded();
    expect(times(6, () => take(strategy, candidates))).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('spreads tasks that stay under way evenly over the slots', () => {
    const candidates = releases([0, 2], [0, 4], [0, 8]);
    const strategy = leastLoaded();
    for (let task = 0; task < 7; task += 1) candidates[take(strategy, candidates)]!.occupySlot();
    expect(candidates.map(({ inFlight }) => inFlight)).toEqual([1, 2, 4]);
    expect(strategy.select(candidates, REQUEST).reason).toBe('1 of 2 slots in use');
  });

  it('counts the tasks under way by the latency that is known', () => {
    const candidates = releases([1, 1_000], [0, 1_000]);
    const book = newBook();
    tell(book, candidates[0]!, 100);
    tell(book, candidates[1]!, 1_000);
    const { index, reason, scores } = spellOut(leastLoaded(book).select(candidates, REQUEST));
    expect([index, reason]).toEqual([0, '1 of 1000 slots in use']);
    expect(scores![1]!).toBeLessThan(2 * scores![0]!);
  });

  it('takes a candidate whose latency is not known to be as slow as the median', () => {
    const candidates = releases([1, 4], [1, 4], [0, 4]);
    const book = newBook();
    for (const candidate of candidates.slice(0, 2)) tell(book, candidate, 100);
    expect(leastLoaded(book).select(candidates, REQUEST)).toMatchObject({
      index: 2,
      scores: [-50, -50, -25],
    });
  });

  it('does not tell candidates apart by what may be chance', () => {
    const candidates = releases([1, 4], [0, 4]);
    const book = newBook();
    tell(book, candidates[0]!, 100, 10);
    tell(book, candidates[1]!, 180, 10);
    const [one, other] = spellOut(leastLoaded(book).select(candidates, REQUEST)).scores!;
    expect(one).toBe(2 * other!);
  });

  it('does not run to one that was quick once', () => {
    const candidates = releases([0, 1_000], [1, 1_000]);
    const book = newBook();
    tell(book, candidates[0]!, 100, 20);
    tell(book, candidates[1]!, 1, 1);
    expect(leastLoaded(book).select(candidates, REQUEST).index).toBe(0);
    tell(book, candidates[1]!, 1, 9);
    expect(leastLoaded(book).select(candidates, REQUEST).index).toBe(1);
  });

  it('asks one again that was slow long ago, once at a time', () => {
    const candidates = releases([1, 2], [1, 2], [0, 2]);
    const book = newBook();
    const strategy = leastLoaded(book);
    for (const [at, candidate] of candidates.entries()) {
      tell(book, candidate, at === 2 ? 2_000 : 100);
      strategy.onChosen(candidate, REQUEST);
    }
    const chosen = times(1_000, () => take(strategy, candidates));
    expect(chosen.slice(0, 300)).not.toContain(2);
    expect(chosen.filter((index) => index === 2)).toHaveLength(2);
  });

  it('draws two where candidates are many, with the probability that it says', () => {
    const candidates = releases([3, 9], [0, 9], [1, 9], [2, 9]);
    const strategy = leastLoaded(newBook(), 3);
    const counts = [0, 0, 0, 0];
    const rounds = 6_000;
    const propensities = new Map<number, number>();
    for (const selection of times(rounds, () => strategy.select(candidates, REQUEST))) {
      counts[selection.index]! += 1;
      propensities.set(selection.index, propensityOf(selection));
    }
    // The most loaded one is beaten by whomever it is drawn with; the others beat three, two and one of three.
    expect([...propensities].sort(([one], [other]) => one - other)).toEqual([
      [1, 3 / 6],
      [2, 2 / 6],
      [3, 1 / 6],
    ]);
    for (const [index, propensity] of propensities) {
      const deviation = Math.sqrt(rounds * propensity * (1 - propensity));
      expect(Math.abs(counts[index]! - rounds * propensity)).toBeLessThan(5 * deviation);
    }
  });

  it('keeps away at once from one of many that has become slow', () => {
    const candidates = idle(4);
    const book = newBook();
    for (const candidate of candidates) tell(book, candidate, 100);
    tell(book, candidates[0]!, 10_000, 1);
    const [slow, ...others] = spellOut(leastLoaded(book, 3).select(candidates, REQUEST)).scores!;
    for (const other of others) expect(slow).toBeLessThan(10 * other);
  });
});
