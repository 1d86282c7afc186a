import { mixOf, poisson } from '../../testing/simulation/arrivals.js';
import { byInputType, changing } from '../../testing/simulation/behavior.js';
import { anyBehavior, measureWorth } from '../../testing/simulation/contest.js';
import { constant, logNormal } from '../../testing/simulation/distribution.js';
import { simulate, type Simulation } from '../../testing/simulation/simulate.js';
import type { SimulatedAgent } from '../../testing/simulation/simulated-agent.js';
import type { PerformanceBook } from '../../metrics/index.js';
import type { Candidate, Selection, SelectionRequest } from '../selection.types.js';
import { Strategy } from '../strategy.js';
import { AdaptiveStrategy } from './adaptive.strategy.js';

/** The one with the least mean duration so far; one that was never tried is tried first. */
class FastestByMean extends Strategy {
  readonly name = 'fastest-by-mean';
  constructor(private readonly book: PerformanceBook) {
    super();
  }
  select(candidates: readonly Candidate[], { capability }: SelectionRequest): Selection {
    const means = candidates.map(
      (candidate) => this.book.estimate(candidate, capability).meanDurationMs ?? 0,
    );
    return { index: means.indexOf(Math.min(...means)), reason: 'the least mean so far' };
  }
}

/** One try for each task, so that what was chosen counts and nothing else; more slots than there are tasks. */
function play(strategy: string, agents: readonly SimulatedAgent[], rest: Partial<Simulation> = {}) {
  return simulate({
    agents: agents.map((agent) => ({ ...agent, slots: 1_000 })),
    arrivals: poisson(10),
    tasks: 2_000,
    options: { strategy, maxFallbacks: 0, timeoutMs: 86_400_000 },
    strategies: ({ book }) => [new FastestByMean(book)],
    ...rest,
  });
}

/** Five agents, each anything from quick, cheap and sure to slow, dear and unsure. */
const anyAgents = (seed: number): SimulatedAgent[] =>
  [0, 1, 2, 3, 4].map((at) => ({ name: `agent-${at}`, behavior: anyBehavior(100 * seed + at) }));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1);
const QUARTERS = [0, 5, 10, 15].map((at) => SEEDS.slice(at, at + 5));

describe('adaptive', () => {
  it.each(QUARTERS)(
    'loses at most 5 % of what an oracle reaches in 2 000 tasks, with seeds %d, %d, %d, %d and %d',
    async (...seeds) => {
      for (const seed of seeds) {
        const agents = anyAgents(seed);
        const { regretRatio } = measureWorth(await play('adaptive', agents, { seed }), agents);
        expect(regretRatio).toBeLessThan(0.05);
      }
    },
  );

  it.each(['first', 'random', 'round-robin', 'least-loaded', 'fastest-by-mean'])(
    'beats %s',
    async (rival) => {
      const regretOf = async (strategy: string): Promise<number> => {
        const regrets: number[] = [];
        for (const seed of SEEDS.slice(0, 6)) {
          const agents = anyAgents(seed);
          const result = await play(strategy, agents, { seed, tasks: 600 });
          regrets.push(measureWorth(result, agents).regretRatio);
        }
        return mean(regrets);
      };
      expect(await regretOf('adaptive')).toBeLessThan((await regretOf(rival)) / 2);
    },
  );

  const good = { latencyMs: logNormal(300), costUsd: constant(0.01), failureRatio: 0.02 };
  const fair = { latencyMs: logNormal(500), costUsd: constant(0.01), failureRatio: 0.04 };
  const alike = { success: 1, speed: 1, thrift: 1 };

  it.each([
    ['fails', { ...good, failureRatio: 0.8 }],
    ['slows down', { ...good, latencyMs: logNormal(3_000) }],
    ['gets dear', { ...good, costUsd: constant(0.2) }],
  ])('has left the best agent with nine tasks of ten, 200 tasks after it %s', async (_, worse) => {
    const agents = [
      { name: 'best', behavior: changing(good, { fromTask: 1_000, behavior: worse }) },
      { name: 'second', behavior: fair },
      { name: 'third', behavior: { ...fair, failureRatio: 0.2 } },
    ];
    for (const seed of SEEDS.slice(0, 5)) {
      const result = await play('adaptive', agents, { seed, tasks: 1_400, objective: alike });
      expect(result.between(800, 1_000).shareOf('best')).toBeGreaterThan(0.6);
      expect(result.between(1_200).shareOf('best')).toBeLessThan(0.1);
    }
  });

  it('finds an agent again that has become the best', async () => {
    const agents = [
      { name: 'steady', behavior: fair },
      {
        name: 'mended',
        behavior: changing({ ...good, failureRatio: 0.9 }, { fromTask: 500, behavior: good }),
      },
    ];
    const result = await play('adaptive', agents, { tasks: 4_500 });
    expect(result.between(300, 500).shareOf('mended')).toBeLessThan(0.1);
    expect(result.between(3_500).shareOf('mended')).toBeGreaterThan(0.7);
  });

  const reader = { name: 'reader', behavior: byInputType({ letter: good }, { ...good, failureRatio: 0.6 }) };
  const viewer = { name: 'viewer', behavior: byInputType({ photo: good }, { ...good, failureRatio: 0.6 }) };
  const inputs = mixOf({ letter: 1, photo: 1 });
  const contextFree: Partial<Simulation> = { strategies: (parts) => [new AdaptiveStrategy(parts, 1)] };

  it('tells inputs apart where agents differ by them, and beats the form that does not', async () => {
    for (const seed of SEEDS.slice(0, 5)) {
      const agents = [reader, viewer];
      const aware = measureWorth(await play('adaptive', agents, { seed, inputs, tasks: 1_000 }), agents);
      const free = await play('adaptive', agents, { seed, inputs, tasks: 1_000, ...contextFree });
      expect(aware.regretRatio).toBeLessThan(0.1);
      expect(aware.regretRatio).toBeLessThan(measureWorth(free, agents).regretRatio / 2);
    }
  });

  it('pays next to nothing for contexts that do not matter', async () => {
    const many = mixOf(Object.fromEntries(SEEDS.map((at) => [`type-${at}`, 1])));
    const [aware, free]: number[][] = [[], []];
    for (const seed of SEEDS.slice(0, 5)) {
      const agents = anyAgents(seed);
      const play1 = await play('adaptive', agents, { seed, inputs: many, tasks: 1_000 });
      const play2 = await play('adaptive', agents, { seed, inputs: many, tasks: 1_000, ...contextFree });
      aware!.push(measureWorth(play1, agents).regretRatio);
      free!.push(measureWorth(play2, agents).regretRatio);
    }
    expect(mean(aware!)).toBeLessThan(mean(free!) + 0.01);
  });

  it('gives the same choices for the same seed', async () => {
    const run = () => play('adaptive', anyAgents(3), { seed: 3, tasks: 300, inputs });
    expect(await run()).toEqual(await run());
  });
});
