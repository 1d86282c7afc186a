import type { Cancel, Clock, EventBus } from '../../common/index.js';
import {
  QuotaExceeded,
  QuotaExceededError,
  QuotaPass,
  type QuotaGate,
  type QuotaRule,
  type QuotaStop,
  type QuotaTurn,
} from '../../quotas/index.js';
import type { Release } from '../../registry/index.js';
import type { Choice } from '../../selection/index.js';
import type { TaskRun } from '../tasks/task-run.js';
import type { Dispatcher } from './dispatcher.js';

/** How long a candidate stays excluded by a quota for a task that waits for others, in milliseconds, at least and at most. */
const LOOK_AGAIN_MS = { least: 100, most: 1_000 };

/** What the admission works with. */
export interface AdmissionParts {
  readonly dispatcher: Dispatcher;
  /** Without one there are no quotas. */
  readonly quotas?: QuotaGate | undefined;
  readonly clock: Clock;
  readonly events: EventBus;
}

/** A task on its way past the quotas. */
interface Visit {
  readonly task: TaskRun;
  readonly rules: readonly QuotaRule[];
  /** Its place in line, once it waits for a quota. */
  turn: QuotaTurn | undefined;
  /** Why the last candidate was excluded. */
  lastStop: QuotaStop | undefined;
  hasQueued: boolean;
}

/**
 * Gives each task an agent that its quotas allow: takes a slot, then reserves, and gives the slot back where a quota says no. So
 * nobody holds a slot while it waits for a quota, nor a quota while it waits for a slot.
 */
export class Admission {
  constructor(private readonly parts: AdmissionParts) {}

  /**
   * Takes a slot for the task, and what its quotas ask for, which is `task.pass` then. Resolves with `undefined` when nobody can
   * serve it; `task.choice` says why.
   * @throws QUOTA_EXCEEDED, and what {@link Dispatcher.take} throws
   */
  take(task: TaskRun): Release | undefined | Promise<Release | undefined> {
    const { quotas, dispatcher } = this.parts;
    const rules = quotas?.rulesFor(task);
    if (quotas === undefined || rules === undefined || rules.length === 0) return dispatcher.take(task);
    task.clearStops();
    return this.#admit(quotas, { task, rules, turn: undefined, lastStop: undefined, hasQueued: false });
  }

  /** Who would be chosen now, as far as quotas are known at once; takes nothing. */
  preview(task: TaskRun): Choice {
    const { quotas, dispatcher } = this.parts;
    const rules = quotas?.rulesFor(task) ?? [];
    if (rules.length > 0) {
      const { releases, alternatives } = task.candidates;
      for (const release of [...releases, ...alternatives]) {
        const stop = quotas?.peek(rules, task, release);
        if (stop !== undefined) task.stopBy(release, stop.reason);
      }
    }
    return dispatcher.preview(task);
  }

  async #admit(quotas: QuotaGate, visit: Visit): Promise<Release | undefined> {
    const { task, rules } = visit;
    try {
      for (;;) {
        const release = await this.#takeSlot(visit);
        if (release === undefined) return nobody(visit);
        // Whoever has waited its turn overtakes nobody; two tasks would make way for each other for ever.
        const line = visit.turn === undefined ? quotas.lineBefore(rules, task, release) : undefined;
        const stop = line ?? (await this.#ask(quotas, visit, release));
        if (stop === undefined) return release;
        this.parts.dispatcher.giveBack(task, release);
        this.#tell(visit, stop, release);
        if (stop.onLimit === 'refuse') throw new QuotaExceededError(task.capability, stop);
        if (stop.onLimit === 'queue') await this.#queue(quotas, visit, stop);
        else {
          visit.lastStop = stop;
          task.stopBy(release, stop.reason);
        }
      }
    } finally {
      visit.turn?.leave();
    }
  }

  /** Candidates that a quota excludes may be asked again when others are waited for. */
  async #takeSlot({ task, lastStop }: Visit): Promise<Release | undefined> {
    const { dispatcher, clock } = this.parts;
    const place = dispatcher.take(task);
    if (!(place instanceof Promise) || lastStop === undefined) return place;
    const { least, most } = LOOK_AGAIN_MS;
    const delayMs = Math.min(Math.max(lastStop.retryAfterMs ?? most, least), most);
    const cancelLook = clock.schedule(delayMs, () => {
      task.clearStops();
      dispatcher.lookAgain();
    });
    try {
      return await place;
    } finally {
      cancelLook();
    }
  }

  /** Reserves for the task; the slot comes back when that fails, and what was reserved in vain too. */
  async #ask(quotas: QuotaGate, { task, rules }: Visit, release: Release): Promise<QuotaStop | undefined> {
    let asked: ReturnType<QuotaGate['ask']>;
    try {
      asked = quotas.ask(rules, task, release);
      const answer = asked instanceof Promise ? await task.within(asked) : asked;
      if (answer !== undefined && !(answer instanceof QuotaPass)) return answer;
      task.pass = answer;
      return undefined;
    } catch (error) {
      this.parts.dispatcher.giveBack(task, release);
      if (asked instanceof Promise) void asked.then(giveBack, () => {});
      throw error;
    }
  }

  /** Waits in line for the account that refuses; when the task is the first there, until it may be worth asking again. */
  async #queue(quotas: QuotaGate, visit: Visit, stop: QuotaStop): Promise<void> {
    visit.hasQueued = true;
    if (visit.turn?.key === stop.key) return this.#wait(visit, stop, visit.turn.change(stop.retryAfterMs));
    // Whoever waited in one line with a place in another could wait for somebody who waits the other way round.
    visit.turn?.leave();
    visit.turn = quotas.enter(stop.key);
    if (visit.turn === undefined) {
      throw new QuotaExceededError(visit.task.capability, stop, 'Too many tasks wait for it already.');
    }
    // Nobody was before it, and it was refused just now.
    const { turn } = visit;
    return this.#wait(visit, stop, turn.isFirst ? turn.change(stop.retryAfterMs) : turn.becomesFirst);
  }

  /** @throws QUOTA_EXCEEDED once the task has waited for as long as it may, TASK_TIMEOUT, or what it was canceled with */
  async #wait({ task }: Visit, stop: QuotaStop, wait: Promise<void>): Promise<void> {
    const { clock } = this.parts;
    const { queueTimeoutMs } = task.options;
    const startedMs = clock.monotonicMs();
    let cancelTimer: Cancel = () => {};
    const tooLong = new Promise<never>((_, reject) => {
      cancelTimer = clock.schedule(Math.max(queueTimeoutMs - task.queuedMs, 0), () =>
        reject(new QuotaExceededError(task.capability, stop, `It waited for ${queueTimeoutMs} ms.`)),
      );
    });
    try {
      await task.within(Promise.race([wait, tooLong]));
    } finally {
      cancelTimer();
      task.queuedMs += clock.monotonicMs() - startedMs;
    }
  }

  /** Of a task that waits, once. */
  #tell({ task, hasQueued }: Visit, stop: QuotaStop, release: Release): void {
    if (hasQueued && stop.onLimit === 'queue') return;
    const { quota, limit, reason, retryAfterMs, onLimit } = stop;
    const { taskId, capability, tenant, workflow } = task;
    this.parts.events.publish(QuotaExceeded, {
      quota,
      limit,
      reason,
      retryAfterMs,
      onLimit,
      taskId,
      capability,
      agent: release.id,
      tenant,
      workflow,
    });
  }
}

/** The failure of an attempt says more than that a quota excludes the others. */
function nobody({ task, lastStop }: Visit): undefined {
  if (lastStop === undefined || task.lastError !== undefined) return undefined;
  throw new QuotaExceededError(task.capability, lastStop, 'Nobody else can do it.');
}

function giveBack(answer: QuotaPass | QuotaStop): void {
  if (answer instanceof QuotaPass) answer.giveBack();
}
