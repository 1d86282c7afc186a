import type { Clock } from '../common/index.js';
import type { Catalog, Release } from '../registry/index.js';
import {
  chooseNobody,
  chooseRelease,
  type Choice,
  type FilterResult,
  type Requirements,
  type SelectionStrategy,
  type StrategyCatalog,
} from '../selection/index.js';
import { filterCandidates, type CandidateSet } from './candidates.js';
import { QueueTimeoutError, TaskTimeoutError } from './orchestration.errors.js';
import type { TaskRun } from './task-run.js';
import type { WaitingRoom } from './waiting-room.js';

/** What one look at the candidates came to. */
type Look = { readonly taken: Release } | { readonly taken?: undefined; readonly filtered: FilterResult };

/**
 * Gives each task an agent: filters the candidates, lets the strategy choose, and takes the slot, all in one turn of the event
 * loop, so that no two tasks get one slot. Tasks for which all are busy wait in line.
 */
export class Dispatcher {
  constructor(
    private readonly catalog: Catalog,
    private readonly strategies: StrategyCatalog,
    private readonly waitingRoom: WaitingRoom,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a slot for the task. Resolves with `undefined` when nobody can serve it; `task.choice` says why.
   * @throws QUEUE_TIMEOUT, QUEUE_FULL, TASK_TIMEOUT, STRATEGY_UNKNOWN, or what the task was canceled with
   */
  take(task: TaskRun, candidates: CandidateSet): Release | undefined | Promise<Release | undefined> {
    const strategy = this.strategies.get(task.options.strategy);
    const look = this.#look(task, candidates, strategy);
    if (look.taken !== undefined) return look.taken;
    task.choice = chooseNobody(strategy, look.filtered, candidates.aside);
    return mayWait(task, look.filtered) ? this.#wait(task, candidates, strategy) : undefined;
  }

  /** Gives a slot back and offers it to the tasks in line. */
  vacate(release: Release): void {
    release.vacateSlot();
    this.waitingRoom.wake(release.capabilities.keys(), () => release.hasFreeSlot);
  }

  /** Lets tasks in line look again, because an agent came, went, or changed its status. */
  lookAgain(): void {
    this.waitingRoom.wakeAll();
  }

  /** Who would be chosen now; takes nothing and changes nothing. */
  preview(
    strategyName: string,
    candidates: CandidateSet,
    requirements: Requirements,
    inputType?: string,
  ): Choice {
    const strategy = this.strategies.get(strategyName);
    const filtered = filterCandidates(candidates, requirements, this.catalog);
    if (filtered.free.length === 0) return chooseNobody(strategy, filtered, candidates.aside);
    return chooseRelease(
      strategy,
      filtered,
      { capability: requirements.capability, inputType },
      candidates.aside,
    ).choice;
  }

  #look(task: TaskRun, candidates: CandidateSet, strategy: SelectionStrategy): Look {
    const filtered = filterCandidates(task.narrow(candidates), task.requirements, this.catalog);
    if (filtered.free.length === 0) {
      // The release whose further tries were waited for cannot serve any more: the others are asked.
      if (filtered.busy.length === 0 && task.giveUpRetry()) return this.#look(task, candidates, strategy);
      return { filtered };
    }
    const request = { capability: task.capability, inputType: task.inputType };
    const { release, choice } = chooseRelease(strategy, filtered, request, candidates.aside);
    task.choice = choice;
    release.occupySlot();
    strategy.onChosen?.(release, request);
    return { taken: release };
  }

  async #wait(
    task: TaskRun,
    candidates: CandidateSet,
    strategy: SelectionStrategy,
  ): Promise<Release | undefined> {
    const startedMs = this.clock.monotonicMs();
    const timeoutMs = Math.min(task.options.queueTimeoutMs, task.remainingMs);
    let taken: Release | undefined;
    const tryLeave = (): boolean => {
      const look = this.#look(task, candidates, strategy);
      if (look.taken === undefined) {
        task.choice = chooseNobody(strategy, look.filtered, candidates.aside);
        return !mayWait(task, look.filtered);
      }
      taken = look.taken;
      return true;
    };
    const onTimeout = (): Error =>
      timeoutMs < task.options.queueTimeoutMs
        ? new TaskTimeoutError(task.capability, task.options.timeoutMs)
        : new QueueTimeoutError(task.capability, timeoutMs, task.choice as Choice);
    try {
      await this.waitingRoom.wait(task.capability, tryLeave, { timeoutMs, onTimeout, signal: task.signal });
    } finally {
      task.queuedMs += this.clock.monotonicMs() - startedMs;
    }
    return taken;
  }
}

/** Busy candidates are always worth a wait; absent ones only to a task that says so. */
function mayWait(task: TaskRun, { busy }: FilterResult): boolean {
  return busy.length > 0 || (task.options.whenUnavailable === 'queue' && task.attempts.length === 0);
}
