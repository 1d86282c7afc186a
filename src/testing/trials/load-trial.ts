import { drawExponential, SeededRandom } from '../../common/index.js';
import { LeastLoadedStrategy } from '../../selection/index.js';
import { poisson } from '../simulation/arrivals.js';
import { constant } from '../simulation/distribution.js';
import { simulate } from '../simulation/simulate.js';
import { streamOf, type SimulatedAgent } from '../simulation/simulated-agent.js';

const AGENTS = 16;
const SERVICE_MS = 100;
const UTILIZATION = 0.8;
const A_DAY_MS = 86_400_000;

/** Slots of an agent that takes whatever comes, and lets tasks wait in a line of its own. */
const AMPLE = 10_000;

/** Whose luck is drawn from the seed; see `simulate`. */
const DEMANDS = -4;

/** Sixteen agents that do a task at a time, at 80 % of what they can do together, and how their tasks are given to them. */
export interface LoadTrial {
  readonly strategy: string;
  /** How many times slower than the others the first agent is. */
  readonly factor: number;
  /** Of `least-loaded`: candidates up to which all are compared. */
  readonly comparesAtMost?: number;
  readonly tasks: number;
  readonly seed: number;
}

/**
 * The p99 of the response, without the first tenth of the tasks, in which lines form. How much work a task is, exponentially
 * distributed, depends on the seed and on nothing else: over one seed all have the same arrivals and the same work.
 */
export function responseP99Ms(trial: LoadTrial): Promise<number> {
  return play(trial, AMPLE);
}

/** The same for one central line, from which any agent that is free takes the next task. */
export function centralP99Ms(trial: Omit<LoadTrial, 'strategy'>): Promise<number> {
  return play({ ...trial, strategy: 'random' }, 1);
}

async function play(
  { strategy, factor, comparesAtMost, tasks, seed }: LoadTrial,
  slots: number,
): Promise<number> {
  const workMs = (taskNumber: number): number =>
    SERVICE_MS * drawExponential(new SeededRandom(streamOf(seed, DEMANDS, taskNumber)));
  const agents = Array.from({ length: AGENTS }, (_, at): SimulatedAgent => {
    const slowness = at === 0 ? factor : 1;
    const behavior: SimulatedAgent['behavior'] = ({ taskNumber }) => ({
      latencyMs: constant(slowness * workMs(taskNumber)),
    });
    return { name: `agent-${at}`, slots, servers: 1, behavior };
  });
  const result = await simulate({
    agents,
    arrivals: poisson((UTILIZATION * (AGENTS - 1 + 1 / factor) * 1_000) / SERVICE_MS),
    tasks,
    seed,
    strategies: ({ book, random }) => [new LeastLoadedStrategy(book, random, comparesAtMost)],
    options: { strategy, timeoutMs: A_DAY_MS, queueTimeoutMs: A_DAY_MS },
  });
  return result.between(tasks / 10).responseQuantileMs(0.99);
}
