import type { Clock } from '../../common/index.js';
import type { AttemptObservation } from '../../metrics/index.js';
import type { Catalog, Release } from '../../registry/index.js';
import {
  chooseAgain,
  chooseNobody,
  chooseRelease,
  preferRegions,
  RETRIED,
  teach,
  teachOutcome,
  type Choice,
  type FilterResult,
  type Strategy,
  type StrategyCatalog,
  type StrategyWish,
} from '../../selection/index.js';
import { QueueTimeoutError, TaskTimeoutError } from '../orchestration.errors.js';
import type { TaskRun } from '../tasks/task-run.js';
import { filterCandidates, findCandidates, type CandidateSet } from './candidates.js';
import type { WaitingRoom } from './waiting-room.js';

/** What one look at the candidates came to: a release whose slot is taken, or why there is none. */
type Look = Release | 'busy' | 'nobody';

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
   * @throws QUEUE_TIMEOUT, QUEUE_FULL, TASK_TIMEOUT, or what the task was canceled with
   */
  take(task: TaskRun): Release | undefined | Promise<Release | undefined> {
    const look = this.#look(task);
    if (typeof look === 'object') return look;
    return mayWait(task, look) ? this.#wait(task) : undefined;
  }

  /** The strategy by which the task's agent is chosen. @throws STRATEGY_UNKNOWN */
  strategyFor(wish: StrategyWish): Strategy {
    return this.strategies.for(wish);
  }

  /** Gives a slot back and offers it to the tasks in line. */
  vacate(release: Release): void {
    release.vacateSlot();
    this.waitingRoom.wake(release.capabilities.keys(), () => release.hasFreeSlot);
  }

  /** Gives the slot back of a task that does not come to use it. */
  giveBack(task: TaskRun, release: Release): void {
    release.trials?.giveBack(task.capability, task.taskId);
    this.vacate(release);
  }

  /** Lets every strategy that learns know what came of an attempt. */
  teach(task: TaskRun, outcome: AttemptObservation): void {
    for (const strategy of this.strategies.learners) {
      this.#report(strategy, task, teachOutcome(strategy, task.selection, outcome));
    }
  }

  /** Lets tasks in line look again, because an agent came, went, or changed its status. */
  lookAgain(): void {
    this.waitingRoom.wakeAll();
  }

  /** Who would be chosen now; takes nothing and changes nothing. */
  preview(task: TaskRun): Choice {
    const { strategy, candidates } = task;
    const filtered = this.#filter(task, candidates);
    if (filtered.free.length === 0) return chooseNobody(strategy, filtered, candidates.aside);
    return chooseRelease(strategy, filtered, task.selection, candidates.aside).choice;
  }

  #look(task: TaskRun): Look {
    const { strategy } = task;
    const candidates = this.#refresh(task);
    const filtered = this.#filter(task, task.narrow(candidates));
    if (filtered.free.length === 0) {
      task.choice = chooseNobody(strategy, filtered, candidates.aside);
      return filtered.busy.length > 0 ? 'busy' : 'nobody';
    }
    const { retryWith } = task;
    const again = retryWith && filtered.free.find(({ id }) => id === retryWith.id);
    if (again !== undefined) {
      task.choice = chooseAgain(again, strategy, filtered, candidates.aside);
      task.basis = RETRIED;
      occupy(again, task);
      return again;
    }
    const chosen = chooseRelease(strategy, filtered, task.selection, candidates.aside);
    const { release, problem } = chosen;
    task.choice = chosen.choice;
    task.basis = chosen.basis;
    occupy(release, task);
    this.#report(strategy, task, problem);
    this.#report(strategy, task, teach(strategy, release, task.selection));
    return release;
  }

  #filter(task: TaskRun, candidates: CandidateSet): FilterResult {
    const result = filterCandidates(candidates, task.requirements, this.catalog);
    const { preferredRegions } = task.options;
    return preferredRegions === undefined ? result : preferRegions(result, preferredRegions);
  }

  #report({ name }: Strategy, { capability }: TaskRun, problem: string | undefined): void {
    if (problem !== undefined) this.strategies.onProblem({ strategy: name, capability, problem });
  }

  /** Brings the task's candidates up to date; new ones may have a contract that the input was not held against yet. */
  #refresh(task: TaskRun): CandidateSet {
    const candidates = findCandidates(this.catalog, task.query);
    if (candidates === task.candidates) return candidates;
    task.candidates = candidates;
    const matching = task.input.match(candidates.contracts);
    // Until its answer comes, the agents of that contract are excluded.
    if (matching !== undefined) void matching.then(() => this.lookAgain());
    return candidates;
  }

  async #wait(task: TaskRun): Promise<Release | undefined> {
    const startedMs = this.clock.monotonicMs();
    const queueMs = Math.max(task.options.queueTimeoutMs - task.queuedMs, 0);
    const { remainingMs, capability, options } = task;
    const timeoutMs = Math.min(queueMs, remainingMs);
    const onTimeout = (): Error =>
      remainingMs <= queueMs
        ? new TaskTimeoutError(capability, options.timeoutMs)
        : new QueueTimeoutError(capability, options.queueTimeoutMs, task.choice as Choice);
    let taken: Release | undefined;
    const tryLeave = (): boolean => {
      const look = this.#look(task);
      if (typeof look === 'string') return !mayWait(task, look);
      taken = look;
      return true;
    };
    try {
      await this.waitingRoom.wait(capability, tryLeave, { timeoutMs, onTimeout, signal: task.signal });
    } catch (error) {
      // Given up in the very call that took the slot, by a strategy that aborts the caller's signal for example.
      if (taken !== undefined) this.giveBack(task, taken);
      throw error;
    } finally {
      task.queuedMs += this.clock.monotonicMs() - startedMs;
    }
    return taken;
  }
}

/** Busy candidates are always worth a wait; absent ones only to a task that says so. */
function mayWait({ options, attempts }: TaskRun, look: 'busy' | 'nobody'): boolean {
  return look === 'busy' || (options.whenUnavailable === 'queue' && attempts.length === 0);
}

/** A task to a capability that is on trial is known as such from this turn on. */
function occupy(release: Release, { capability, taskId }: TaskRun): void {
  release.occupySlot();
  release.trials?.take(capability, taskId);
}
