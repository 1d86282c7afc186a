import fc from 'fast-check';
import { SeededRandom } from '../../common/index.js';
import type { Release } from '../../registry/index.js';
import { buildStub } from '../../testing/build-executor.js';
import type { Strategy } from '../strategy.js';
import { FirstStrategy } from './first.strategy.js';
import { LeastLoadedStrategy } from './least-loaded.strategy.js';
import { RandomStrategy } from './random.strategy.js';
import { RoundRobinStrategy } from './round-robin.strategy.js';
import { selectionRequest } from '../../testing/selection-request.js';

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

const STRATEGIES = [
  () => new FirstStrategy(),
  () => new RandomStrategy(new SeededRandom(7)),
  () => new RoundRobinStrategy(),
  () => new LeastLoadedStrategy(),
];

describe('every strategy', () => {
  it('names one of the candidates, whatever their loads', () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 20 }), (drawn, rounds) => {
        const candidates = releases(...drawn);
        for (const make of STRATEGIES) {
          const strategy = make();
          for (const index of times(rounds, () => take(strategy, candidates))) {
            expect(candidates[index]).toBeDefined();
          }
        }
      }),
    );
  });

  it('says why, and scores each candidate when it scores at all', () => {
    const candidates = releases([0, 2], [1, 2]);
    for (const make of STRATEGIES) {
      const { reason, scores } = make().select(candidates, REQUEST);
      expect(reason).not.toBe('');
      if (scores !== undefined) expect(scores).toHaveLength(2);
    }
  });

  it('changes nothing when it is only asked', () => {
    const candidates = idle(3);
    for (const make of [() => new RoundRobinStrategy(), () => new LeastLoadedStrategy()]) {
      const strategy = make();
      expect(new Set(times(5, () => strategy.select(candidates, REQUEST).index))).toEqual(new Set([0]));
    }
  });
});

describe('a replay', () => {
  it('chooses the same again, with the same scores, from the record alone', () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 0, max: 20 }), (drawn, rounds) => {
        const candidates = releases(...drawn);
        for (const make of STRATEGIES) {
          const strategy = make();
          times(rounds, () => take(strategy, candidates));
          const selection = strategy.select(candidates, REQUEST);
          const recorded = candidates.map(({ name: agent, version, inFlight, manifest }) => {
            const { maxConcurrentTasks } = manifest;
            return { agent, version, inFlight, maxConcurrentTasks };
          });
          const { seed, evidence } = selection;
          const record = { candidates: recorded, request: REQUEST, seed, evidence };
          // Whatever it has learned since is beside the point, and so is whom it ever knew.
          expect(make().replay?.(record) ?? make().select([], REQUEST)).toEqual(selection);
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
  it('never takes a candidate while another one has a smaller share of its slots in use', () => {
    fc.assert(
      fc.property(loads, (drawn) => {
        const candidates = releases(...drawn);
        const { index, scores } = new LeastLoadedStrategy().select(candidates, REQUEST);
        const shares = drawn.map(([used, slots]) => used / slots);
        expect(shares[index]).toBe(Math.min(...shares));
        expect(scores).toEqual(shares.map((share) => 1 - share));
      }),
    );
  });

  it('takes turns among equals', () => {
    const candidates = releases([1, 2], [1, 4], [1, 4], [2, 8]);
    const strategy = new LeastLoadedStrategy();
    expect(times(6, () => take(strategy, candidates))).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('spreads tasks that stay under way evenly over the slots', () => {
    const candidates = releases([0, 2], [0, 4], [0, 8]);
    const strategy = new LeastLoadedStrategy();
    for (let task = 0; task < 7; task += 1) candidates[take(strategy, candidates)]!.occupySlot();
    expect(candidates.map(({ inFlight }) => inFlight)).toEqual([1, 2, 4]);
    expect(strategy.select(candidates, REQUEST).reason).toBe('1 of 2 slots in use');
  });
});
