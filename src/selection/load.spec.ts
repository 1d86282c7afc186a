import { poisson } from '../testing/simulation/arrivals.js';
import { exponential } from '../testing/simulation/distribution.js';
import { simulate } from '../testing/simulation/simulate.js';
import type { SimulationResult } from '../testing/simulation/simulation-result.js';
import { LeastLoadedStrategy } from './strategies/least-loaded.strategy.js';

const SERVICE_MS = 100;
const WARM_UP = 2_000;
const UNLIMITED = { timeoutMs: 86_400_000, queueTimeoutMs: 86_400_000 };

/** Sixteen agents at 80 % of what they can do together; one may be slower than the others. */
interface LoadCase {
  readonly strategy: string;
  /** How much slower the first agent is. */
  readonly factor: number;
  /** One slot each makes one central line; many make each agent keep its own. */
  readonly slots: number;
  readonly comparesAtMost?: number;
  readonly tasks?: number;
}

async function run({
  strategy,
  factor,
  slots,
  comparesAtMost,
  tasks = 16_000,
}: LoadCase): Promise<SimulationResult> {
  const agents = Array.from({ length: 16 }, (_, at) => {
    const latencyMs = exponential(at === 0 ? factor * SERVICE_MS : SERVICE_MS);
    return { name: `agent-${at}`, slots, servers: 1, behavior: { latencyMs } };
  });
  const result = await simulate({
    agents,
    arrivals: poisson((0.8 * (15 + 1 / factor) * 1_000) / SERVICE_MS),
    tasks,
    seed: 3,
    strategies: ({ book, random }) => [new LeastLoadedStrategy(book, random, comparesAtMost)],
    options: { ...UNLIMITED, strategy },
  });
  return result.between(WARM_UP);
}

/** The p99 of the response, over that of one central line from which any free agent takes the next task. */
async function againstCentralLine(factor: number, ...cases: readonly Partial<LoadCase>[]): Promise<number[]> {
  const central = await run({ strategy: 'random', factor, slots: 1 });
  const ratios: number[] = [];
  for (const one of cases) {
    const result = await run({ strategy: 'least-loaded', factor, slots: 10_000, ...one });
    ratios.push(result.responseQuantileMs(0.99) / central.responseQuantileMs(0.99));
  }
  return ratios;
}

describe('least-loaded, over agents that keep lines of their own', () => {
  it('is nearly as good as one central line, and by two choices not much worse', async () => {
    const [all, two] = await againstCentralLine(1, {}, { comparesAtMost: 1 });
    expect(all).toBeLessThan(1.2);
    expect(two).toBeLessThan(1.75);
    expect(two).toBeGreaterThan(all!);
  });

  it('keeps away from an agent that is four times slower, under which taking turns breaks down', async () => {
    const [all, two, turns] = await againstCentralLine(
      4,
      {},
      { comparesAtMost: 1 },
      { strategy: 'round-robin', tasks: 8_000 },
    );
    expect(all).toBeLessThan(1.1);
    expect(two).toBeLessThan(1.6);
    expect(turns).toBeGreaterThan(10);
  });
});
