import { z } from 'zod';
import { capability, type Capability, type ManifestInput, type TaskContext } from '../../agents/index.js';
import { EventBus, SeededRandom } from '../../common/index.js';
import {
  DecisionKeeper,
  PerformanceBook,
  resolveDecisionOptions,
  resolveMetricsOptions,
  type AttemptObserver,
  type DecisionLog,
  type DecisionOptions,
} from '../../metrics/index.js';
import { resolveHealthOptions, TrafficEased, watchTraffic, type HealthOptions } from '../../health/index.js';
import {
  AttemptRunner,
  Dispatcher,
  TaskExecutor,
  WaitingRoom,
  type OrchestrationOptions,
  type TaskFailedError,
  type TaskOptions,
  type TaskResult,
} from '../../orchestration/index.js';
import {
  ExpectedUse,
  QuotaBook,
  QuotaGate,
  resolveQuotas,
  type QuotaDefinition,
  type QuotaStore,
} from '../../quotas/index.js';
import { Catalog, type InstanceSource } from '../../registry/index.js';
import { houseStrategies, resolveObjective, StrategyCatalog, type Strategy } from '../../selection/index.js';
import type { AgentStatus } from '../../status/index.js';
import { RecordingLogger } from '../recording-logger.js';
import { buildRelease } from '../builders/release-builder.js';
import { VirtualClock } from '../virtual-clock.js';

/** What stub agents provide when a test does not say: text in, text out. */
export const Echo = capability({
  name: 'echo',
  description: 'Gives back what it gets.',
  input: z.string(),
  output: z.string(),
});

/** What a stub agent does with a task; its input is whatever the test sends. */
export type StubHandler = (input: never, task: TaskContext) => unknown;

/** An agent of a test. Where it is silent, it provides {@link Echo}, one task at a time, and gives back its input. */
export interface StubAgent extends Omit<ManifestInput, 'capabilities'> {
  readonly name: string;
  readonly provides?: readonly (Capability | string)[];
  readonly handle?: StubHandler;
  /** Instead of `handle`: where the instance comes from; its method is `execute`. */
  readonly instances?: InstanceSource;
  readonly status?: AgentStatus;
}

/** A release of a stub agent, in no catalog. A test sets its status: `live.status = 'failed'`. */
export function buildStub(stub: StubAgent): ReturnType<typeof buildRelease> {
  const { provides = [Echo], handle = (input: never): unknown => input, status } = stub;
  const instance = { execute: (input: never, task: TaskContext): unknown => handle(input, task) };
  const { instances = { lifetime: 'shared', get: () => instance } } = stub;
  return buildRelease({ ...stub, capabilities: provides }, { status, instances });
}

/** An agent that throws, whatever it gets. */
export const failing =
  (error: unknown = new Error('broken')): StubHandler =>
  () => {
    throw error;
  };

/** An agent that never ends, aborted or not. */
export const hanging = (): Promise<never> => new Promise(() => {});

/** An agent that ends when its attempt is aborted and not before. */
export const heeding = (_: never, { signal }: TaskContext): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

/** How a task ended: its result, or what it was thrown with. */
export type EndedTask = TaskResult | (TaskFailedError & { status: 'thrown' });

/** Nothing held, nobody waiting, no timer. */
export const NOTHING_LEFT = { slots: 0, tasks: 0, timers: 0 };

/** How a test's executor differs from the usual one. */
export interface ExecutorSetup extends OrchestrationOptions {
  readonly agents?: readonly StubAgent[];
  /** Strategies beside those of the house. */
  readonly strategies?: readonly Strategy[];
  readonly observers?: readonly AttemptObserver[];
  /** Breakers and outlier detection; default: none. */
  readonly health?: Pick<HealthOptions, 'breaker' | 'outliers'>;
  readonly quotas?: {
    readonly configured: readonly QuotaDefinition[];
    readonly createStore: (clock: VirtualClock) => QuotaStore;
  };
  readonly decisions?: DecisionOptions & { readonly log: DecisionLog };
  readonly seed?: number;
}

/** An executor over stub agents on a clock that stands still, with everything a test may want to look at. */
export function buildExecutor(setup: ExecutorSetup = {}) {
  const { agents = [], maxQueuedTasks = 1_000, abortGraceMs = 1_000, shutdownGraceMs = 10_000 } = setup;
  const clock = new VirtualClock();
  const random = new SeededRandom(setup.seed ?? 1);
  const logger = new RecordingLogger();
  const events = new EventBus();
  const catalog = new Catalog();
  const book = new PerformanceBook(clock, resolveMetricsOptions());
  const strategies = new StrategyCatalog([
    ...houseStrategies({ clock, random, book, objective: resolveObjective() }),
    ...(setup.strategies ?? []),
  ]);
  // It takes turns, so that a test knows who gets a task.
  strategies.makeUsual('least-loaded');
  const waitingRoom = new WaitingRoom(clock, maxQueuedTasks);
  const dispatcher = new Dispatcher(catalog, strategies, waitingRoom, clock);
  const surroundings = { clock, random, logger, events, dispatcher };
  const { health = { breaker: false, outliers: false } } = setup;
  const watch = watchTraffic({ catalog, clock, random, events, options: resolveHealthOptions(health) });
  watch.open();
  events.subscribe(TrafficEased, () => dispatcher.lookAgain());
  const observers = [book, ...(setup.observers ?? []), watch];
  const runner = new AttemptRunner({
    ...surroundings,
    observers,
    decisions: setup.decisions && buildKeeper(setup.decisions, clock),
    abortGraceMs,
  });
  const quotas = setup.quotas && buildGate(setup.quotas, { clock, logger, events }, maxQueuedTasks);
  const executor = new TaskExecutor({ ...surroundings, quotas, catalog, runner, shutdownGraceMs });
  /** Brings an agent in while tasks may be under way. */
  const add = (stub: StubAgent) => {
    const built = buildStub(stub);
    catalog.add(built.release);
    return built;
  };
  const built = agents.map(add);
  /** Runs a task and answers how it ended; never rejects. */
  const run = (options?: TaskOptions, input: unknown = 'hi', name = 'echo'): Promise<EndedTask> =>
    executor
      .execute(name, input, options)
      .catch((error: TaskFailedError) => Object.assign(error, { status: 'thrown' as const }));
  /** What is still held or waited for; nothing may be, once all has ended. */
  const leftovers = () => ({
    slots: catalog.all().reduce((sum, { inFlight }) => sum + inFlight, 0),
    tasks: executor.runningCount,
    timers: clock.pendingTimers,
  });
  return {
    clock,
    random,
    logger,
    events,
    catalog,
    watch,
    waitingRoom,
    dispatcher,
    executor,
    add,
    built,
    run,
    leftovers,
  };
}

function buildKeeper(
  { log, ...options }: NonNullable<ExecutorSetup['decisions']>,
  clock: VirtualClock,
): DecisionKeeper {
  return new DecisionKeeper(log, clock, resolveDecisionOptions(options));
}

function buildGate(
  { configured, createStore }: NonNullable<ExecutorSetup['quotas']>,
  parts: { readonly clock: VirtualClock; readonly logger: RecordingLogger; readonly events: EventBus },
  maxWaiting: number,
): QuotaGate {
  const { clock } = parts;
  const store = createStore(clock);
  const book = new QuotaBook({ ...parts, store, configured: resolveQuotas(configured) });
  const expected = new ExpectedUse(new PerformanceBook(clock, resolveMetricsOptions()));
  return new QuotaGate({ store, book, expected, clock, maxWaiting });
}

/** The same for some agents and otherwise as usual. */
export const setup = (agents: readonly StubAgent[], rest: Omit<ExecutorSetup, 'agents'> = {}) =>
  buildExecutor({ agents, ...rest });

/** An agent that takes 100 ms for each task. */
export function working(name: string, rest: Partial<StubAgent> = {}) {
  const order: string[] = [];
  const bench = setup([]);
  const handle = async (input: string): Promise<string> => {
    order.push(input);
    await bench.clock.delay(100);
    return input;
  };
  return { ...bench, ...bench.add({ name, handle, ...rest }), order };
}
