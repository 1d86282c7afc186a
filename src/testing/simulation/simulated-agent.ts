import type { ManifestInput, TaskContext } from '../../agents/index.js';
import { SeededRandom, type Clock } from '../../common/index.js';
import { behaviorIn, type Behaving } from './behavior.js';
import { checkAmount, SimulatedFailure } from './simulation.errors.js';

/**
 * An agent of a simulation. Its manifest may say more: estimates by `estimates`, a region, tags, a version.
 * @publicApi
 */
export interface SimulatedAgent extends Omit<ManifestInput, 'name' | 'capabilities' | 'maxConcurrentTasks'> {
  readonly name: string;
  readonly behavior: Behaving;
  /** Tasks that Cadre gives it at a time, its `maxConcurrentTasks`; default 1. */
  readonly slots?: number;
  /**
   * Tasks that it works on at a time; the others wait inside of the agent, first come first served, where Cadre sees nothing
   * but their latency. Default: as many as it has slots.
   */
  readonly servers?: number;
  readonly estimates?: {
    readonly estimatedDurationMs?: number;
    readonly estimatedCostUsd?: number;
    readonly estimatedSuccessRatio?: number;
  };
}

/** What tasks of a simulation have as their input. */
export interface WorkOrder {
  readonly taskNumber: number;
  readonly inputType: string;
  /** Makes up the size. */
  readonly filling: string;
}

/** What an agent is made of. */
export interface Workplace {
  readonly clock: Clock;
  /** When the simulation began, on the clock that does not jump. */
  readonly startedMs: number;
  readonly seed: number;
  /** The agent's position among all. */
  readonly position: number;
}

/**
 * The living object behind a simulated release. How long a task takes it, what it costs and whether it fails is decided by the
 * seed, the task, the agent and the attempt, and by nothing else: two strategies that are compared have the same luck.
 */
export class LivingAgent {
  /** When each server is free again, on the clock that does not jump. */
  readonly #freeAtMs: number[];

  constructor(
    private readonly agent: SimulatedAgent,
    private readonly place: Workplace,
  ) {
    const servers = checkAmount(`servers of "${agent.name}"`, agent.servers ?? agent.slots ?? 1, 1, 1e6);
    this.#freeAtMs = new Array<number>(servers).fill(0);
  }

  async execute(order: WorkOrder, task: TaskContext): Promise<number> {
    const { clock, startedMs, seed, position } = this.place;
    const nowMs = clock.monotonicMs();
    const behavior = behaviorIn(this.agent.behavior, {
      taskNumber: order.taskNumber,
      atMs: nowMs - startedMs,
      inputType: order.inputType,
      inputBytes: order.filling.length,
    });
    const luck = new SeededRandom(streamOf(seed, order.taskNumber, position, task.attempt));
    const workMs = behavior.latencyMs.draw(luck);
    const hasFailed = luck.next() < (behavior.failureRatio ?? 0);
    await clock.delay(this.#occupy(nowMs, workMs) - nowMs);
    if (behavior.costUsd !== undefined) task.reportUsage({ costUsd: behavior.costUsd.draw(luck) });
    if (hasFailed) throw new SimulatedFailure(this.agent.name);
    return order.taskNumber;
  }

  /** Takes the server that is free first; answers when it is done. */
  #occupy(nowMs: number, workMs: number): number {
    const free = this.#freeAtMs;
    let first = 0;
    for (let at = 1; at < free.length && (free[first] as number) > nowMs; at += 1) {
      if ((free[at] as number) < (free[first] as number)) first = at;
    }
    const doneMs = Math.max(nowMs, free[first] as number) + workMs;
    free[first] = doneMs;
    return doneMs;
  }
}

/** A seed for each combination of numbers, far from those of others. The mixing steps are those of SplitMix32. */
export function streamOf(...numbers: readonly number[]): number {
  let mixed = 0x9e3779b9;
  for (const number of numbers) {
    mixed = Math.imul(mixed ^ number, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}
