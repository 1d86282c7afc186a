import { messageOf, nextTurn, type Cancel, type Clock, type Logger } from '../../common/index.js';
import type { StoredRun } from './run-record.types.js';
import type { RunStore } from './run.store.js';

/** Milliseconds between two looks at runs that other nodes execute. */
const LOOK_EVERY_MS = 250;

/** Told what the run has become, where that is known without asking the store. */
type Listener = (ended?: StoredRun) => void;

/**
 * Tells those who wait for a run of its end, and those who follow it of each change. What happens in this process is told at
 * once; what happens on other nodes is looked for, in one question for all runs that are waited for.
 */
export class RunWatch {
  readonly #waiting = new Map<string, readonly Listener[]>();
  readonly #following = new Map<string, readonly Listener[]>();
  /** Runs that began here in this turn of the event loop, and have not ended here. */
  readonly #fresh = new Set<string>();
  #isTurnEndAwaited = false;
  #cancelLook: Cancel | undefined;

  constructor(
    private readonly store: RunStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** The store as runs write to it, with followers told of what is written. */
  over(store: RunStore): Pick<RunStore, 'append'> {
    return {
      append: (lease, batch) => {
        const writing = store.append(lease, batch);
        if (!this.#following.has(lease.runId)) return writing;
        if (writing !== undefined) return writing.then(() => this.changed(lease.runId));
        this.changed(lease.runId);
        return undefined;
      },
    };
  }

  /** A run is recorded: who waits for it within this turn need not look first whether it has ended. */
  begun(runId: string): void {
    this.#fresh.add(runId);
    // Once for all runs of the turn: they may be many, and each may end before the next begins.
    if (!this.#isTurnEndAwaited) void this.#forgetFresh();
  }

  async #forgetFresh(): Promise<void> {
    this.#isTurnEndAwaited = true;
    await nextTurn();
    this.#isTurnEndAwaited = false;
    this.#fresh.clear();
  }

  isFresh(runId: string): boolean {
    return this.#fresh.has(runId);
  }

  /** Calls once when the run has ended. */
  onEnd(runId: string, listener: Listener): Cancel {
    return this.#add(this.#waiting, runId, listener);
  }

  /** Calls when there may be new records of the run; now and then also without a reason. */
  onChange(runId: string, listener: () => void): Cancel {
    return this.#add(this.#following, runId, listener);
  }

  /** Resolves at the next change of the run; also when the signal aborts. */
  next(runId: string, signal?: AbortSignal): { readonly changed: Promise<void>; cancel(): void } {
    let cancel = (): void => {};
    const changed = new Promise<void>((resolve) => {
      const stop = this.onChange(runId, () => cancel());
      cancel = () => {
        stop();
        signal?.removeEventListener('abort', cancel);
        resolve();
      };
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
    });
    return { changed, cancel: () => cancel() };
  }

  ended(runId: string, ended?: StoredRun): void {
    this.#fresh.delete(runId);
    const waiting = this.#waiting.get(runId);
    this.#waiting.delete(runId);
    if (waiting !== undefined) for (const listener of waiting) listener(ended);
    this.changed(runId);
  }

  changed(runId: string): void {
    const following = this.#following.get(runId);
    if (following !== undefined) for (const listener of following) listener();
  }

  close(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    for (const runId of Array.from(this.#waiting.keys())) this.ended(runId);
    for (const runId of Array.from(this.#following.keys())) this.changed(runId);
  }

  #add(listeners: Map<string, readonly Listener[]>, runId: string, listener: Listener): Cancel {
    // Copied, so that whoever goes through them is not disturbed by one that comes or goes.
    const own = listeners.get(runId);
    listeners.set(runId, own === undefined ? [listener] : [...own, listener]);
    this.#cancelLook ??= this.clock.schedule(LOOK_EVERY_MS, () => void this.#look());
    return () => {
      const left = listeners.get(runId)?.filter((other) => other !== listener);
      if (left?.length === 0) listeners.delete(runId);
      else if (left !== undefined) listeners.set(runId, left);
    };
  }

  /** The timer is not taken back when nobody is left: most often somebody is there again before it fires. */
  async #look(): Promise<void> {
    if (!this.#isWanted) {
      this.#cancelLook = undefined;
      return;
    }
    try {
      const runIds = Array.from(this.#waiting.keys());
      if (runIds.length > 0) for (const runId of await this.store.finishedOf(runIds)) this.ended(runId);
    } catch (error) {
      this.logger.warn('runs could not be looked at', { error: messageOf(error) });
    }
    for (const runId of Array.from(this.#following.keys())) this.changed(runId);
    const goesOn = this.#isWanted && this.#cancelLook !== undefined;
    this.#cancelLook = goesOn ? this.clock.schedule(LOOK_EVERY_MS, () => void this.#look()) : undefined;
  }

  get #isWanted(): boolean {
    return this.#waiting.size + this.#following.size > 0;
  }
}
