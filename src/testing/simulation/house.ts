import { anyOf, capability, dataType, resolveManifest, type DataType } from '../../agents/index.js';
import { EventBus, SeededRandom, SilentLogger, type Schema } from '../../common/index.js';
import { resolveHealthOptions, TrafficEased, watchTraffic, type HealthOptions } from '../../health/index.js';
import { PerformanceBook, resolveMetricsOptions, type AttemptObserver } from '../../metrics/index.js';
import { AttemptRunner, Dispatcher, TaskExecutor, WaitingRoom } from '../../orchestration/index.js';
import { Catalog, Release } from '../../registry/index.js';
import {
  houseStrategies,
  resolveObjective,
  StrategyCatalog,
  type ObjectiveOptions,
  type Strategy,
  type StrategyParts,
} from '../../selection/index.js';
import { VirtualClock } from '../virtual-clock.js';
import { LivingAgent, streamOf, type SimulatedAgent, type WorkOrder } from './simulated-agent.js';
import { SimulationError } from './simulation.errors.js';

/** The one capability of a simulation. */
export const WORK = 'work';

/** What a house is built for. */
export interface HousePlan {
  readonly agents: readonly SimulatedAgent[];
  readonly inputTypes: readonly string[];
  readonly seed: number;
  readonly startAt?: number;
  readonly strategies?: (parts: StrategyParts) => readonly Strategy[];
  readonly objective?: ObjectiveOptions;
  readonly observers?: readonly AttemptObserver[];
  readonly health?: Pick<HealthOptions, 'breaker' | 'outliers'>;
  readonly maxQueuedTasks?: number;
}

/** Whose luck is drawn from the seed; agents have their positions. */
const CHOICES = -1;

/**
 * The parts of a real orchestrator, on a clock that stands still, over simulated agents.
 * @throws SIMULATION_INVALID for agents that cannot be
 */
export function buildHouse(plan: HousePlan) {
  const clock = new VirtualClock(plan.startAt);
  const random = new SeededRandom(streamOf(plan.seed, CHOICES));
  const events = new EventBus();
  const logger = new SilentLogger();
  const book = new PerformanceBook(clock, resolveMetricsOptions());
  const parts = { clock, random, book, objective: resolveObjective(plan.objective) };
  const catalog = new Catalog();
  const strategies = new StrategyCatalog([...houseStrategies(parts), ...(plan.strategies?.(parts) ?? [])]);
  const waitingRoom = new WaitingRoom(clock, plan.maxQueuedTasks ?? Infinity);
  const dispatcher = new Dispatcher(catalog, strategies, waitingRoom, clock);
  const surroundings = { clock, random, logger, events, dispatcher };
  const { health = { breaker: false, outliers: false } } = plan;
  const watch = watchTraffic({ catalog, clock, random, events, options: resolveHealthOptions(health) });
  watch.open();
  events.subscribe(TrafficEased, () => dispatcher.lookAgain());
  const observers = [book, ...(plan.observers ?? []), watch];
  const runner = new AttemptRunner({ ...surroundings, observers, abortGraceMs: 1_000 });
  const executor = new TaskExecutor({ ...surroundings, catalog, runner, shutdownGraceMs: 0 });
  for (const release of employ(plan, clock)) catalog.add(release);
  return { clock, executor, events };
}

function employ({ agents, inputTypes, seed }: HousePlan, clock: VirtualClock): Release[] {
  const work = capability({
    name: WORK,
    description: 'What simulated agents do.',
    input: anyOf(...(inputTypes.map((type) => dataType(type, ANYTHING)) as [DataType, ...DataType[]])),
    output: ANYTHING,
  });
  return agents.map((agent, position) => {
    const { behavior: _, slots = 1, servers: __, estimates, ...rest } = agent;
    const living = new LivingAgent(agent, { clock, startedMs: 0, seed, position });
    const capabilities = [{ capability: work, ...estimates }];
    const resolution = resolveManifest({ ...rest, maxConcurrentTasks: slots, capabilities }, living);
    if (!resolution.ok) {
      throw new SimulationError(
        `the agent "${agent.name}"`,
        agent,
        String(resolution.violations[0]?.message),
      );
    }
    const { manifest } = resolution;
    const live = {
      release: `${manifest.name}@${manifest.version}`,
      status: 'active',
      since: 0,
      triggeredBy: 'system',
    } as const;
    return new Release(manifest, { lifetime: 'shared', get: () => living }, live);
  });
}

/** Takes what it gets: the contracts of simulated work are not what is looked at. */
const ANYTHING: Schema<WorkOrder> = {
  '~standard': { version: 1, vendor: 'cadre', validate: (value) => ({ value: value as WorkOrder }) },
};
