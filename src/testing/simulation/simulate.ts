import { SeededRandom, type EventBus } from '../../common/index.js';
import type { HealthOptions } from '../../health/index.js';
import type { AttemptObserver } from '../../metrics/index.js';
import {
  TaskFailedError,
  type FailedTask,
  type TaskOptions,
  type TaskResult,
} from '../../orchestration/index.js';
import type { ObjectiveOptions, Strategy, StrategyParts } from '../../selection/index.js';
import { mixOf, type Arrivals, type SimulatedInputs } from './arrivals.js';
import { buildHouse, WORK } from './house.js';
import { streamOf, type SimulatedAgent, type WorkOrder } from './simulated-agent.js';
import { checkAmount, SimulationError } from './simulation.errors.js';
import { SimulationResult, type SimulatedTask } from './simulation-result.js';

/**
 * What is simulated.
 * @publicApi
 */
export interface Simulation {
  readonly agents: readonly SimulatedAgent[];
  readonly arrivals: Arrivals;
  /** How many tasks, 1 to 10 000 000; fewer when the arrivals end before. */
  readonly tasks: number;
  /** A whole number; the same one gives the same simulation, to the last millisecond. Default 1. */
  readonly seed?: number;
  /** Default: all of one type, `task`, and small. */
  readonly inputs?: SimulatedInputs;
  /** Of every task: the strategy, retries, limits … */
  readonly options?: Omit<TaskOptions, 'inputType' | 'signal'>;
  /**
   * Strategies beside those of Cadre, made from what Cadre's own go by: what is measured, chance, time. One of a name that Cadre has
   * takes its place.
   */
  readonly strategies?: (parts: StrategyParts) => readonly Strategy[];
  /** What counts how much for `balanced` and `adaptive`. */
  readonly objective?: ObjectiveOptions;
  /** Who else is told of each attempt. */
  readonly observers?: readonly AttemptObserver[];
  /** Circuit breakers and outlier detection, `{}` for their defaults; default: none, so that only choices count. */
  readonly health?: Pick<HealthOptions, 'breaker' | 'outliers'>;
  /** Is given the bus before the first task, to hear of breakers and ejections for example. */
  readonly onStart?: (events: EventBus) => void;
  /** What the clock says at the start, in epoch milliseconds; default 2030-01-01T00:00:00Z. */
  readonly startAt?: number;
}

/** Whose luck is drawn from the seed; agents have their positions, and choices -1. */
const ARRIVALS = -2;
const INPUTS = -3;

/**
 * Runs simulated agents under Cadre's own catalog, dispatcher, strategies, retries and fallbacks, on a clock that jumps from one
 * event to the next: a hundred thousand tasks take seconds. What an agent does with a task depends on nothing but the seed, the
 * task and the agent, so strategies can be compared over the same luck.
 *
 * @throws SIMULATION_INVALID; STRATEGY_UNKNOWN, TASK_OPTION_INVALID … for options that no task can have
 * @example
 * const { tasks } = await simulate({
 *   agents: [{ name: 'quick', behavior: { latencyMs: exponential(80) } }, { name: 'slow', behavior: { latencyMs: constant(300) } }],
 *   arrivals: poisson(10),
 *   tasks: 1_000,
 *   options: { strategy: 'least-loaded' },
 * });
 * @publicApi
 */
export async function simulate(simulation: Simulation): Promise<SimulationResult> {
  const { agents, seed = 1, inputs = ALIKE, options = {}, ...rest } = simulation;
  const count = checkAmount('tasks', simulation.tasks, 1, 10_000_000);
  if (!Number.isInteger(seed)) throw new SimulationError('seed', seed, 'a whole number');
  const house = buildHouse({ ...rest, agents, seed, inputTypes: inputs.types });
  const { clock, executor, events } = house;
  simulation.onStart?.(events);
  const luck = new SeededRandom(streamOf(seed, INPUTS));
  const instants = simulation.arrivals(new SeededRandom(streamOf(seed, ARRIVALS)))[Symbol.iterator]();
  const ended: Promise<SimulatedTask>[] = [];
  const arrive = async (number: number): Promise<SimulatedTask> => {
    const arrivedAtMs = clock.monotonicMs();
    const { type, bytes = 0 } = inputs.next(number, luck);
    const order: WorkOrder = { taskNumber: number, inputType: type, filling: 'x'.repeat(bytes) };
    const result = await executor.execute(WORK, order, { ...options, inputType: type }).catch(failureOf);
    return toSimulatedTask(result, { number, arrivedAtMs, inputType: type });
  };
  const awaitNext = (): void => {
    const next = ended.length < count ? instants.next() : { done: true as const };
    if (next.done) return;
    clock.schedule(next.value - clock.monotonicMs(), () => {
      const task = arrive(ended.length);
      // What was wrong with a request is told at the end.
      task.catch(() => {});
      ended.push(task);
      awaitNext();
    });
  };
  awaitNext();
  await clock.runToEnd();
  return new SimulationResult(await Promise.all(ended));
}

const ALIKE: SimulatedInputs = mixOf({ task: 1 });

function failureOf(error: unknown): FailedTask {
  if (error instanceof TaskFailedError) return error.result;
  throw error;
}

function toSimulatedTask(
  result: TaskResult | FailedTask,
  arrival: Pick<SimulatedTask, 'number' | 'arrivedAtMs' | 'inputType'>,
): SimulatedTask {
  return {
    ...arrival,
    status: result.status,
    agent: result.attempts.at(-1)?.agent,
    attempts: result.attempts.length,
    responseMs: result.durationMs,
    queuedMs: result.queuedMs,
    costUsd: result.costUsd,
    errorCode: result.status === 'succeeded' ? undefined : result.error.code,
  };
}
