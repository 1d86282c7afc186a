import type { CancelSignal } from '../../../common/index.js';
import type { RunWait } from '../../../orchestration/index.js';
import type { StoredSignal } from '../../runs/run-record.types.js';
import type { Journal } from '../journal.js';
import type { Timers } from './timers.js';

/** How a wait ended. */
export type WaitEnd =
  | { readonly kind: 'signal'; readonly signal: StoredSignal }
  /** Its time is over. */
  | { readonly kind: 'due' }
  /** It may be worth to look again. */
  | { readonly kind: 'woken' }
  /** Its step is not wanted any more. */
  | { readonly kind: 'aborted' };

interface OpenWait {
  readonly wait: RunWait;
  /** The name of the signal that ends it. */
  readonly signalName: string | undefined;
  readonly end: (end: WaitEnd) => void;
}

/** The kinds of signal that end a wait, by its own kind; the others end by time or by being woken. */
const ENDED_BY: Readonly<Partial<Record<RunWait['kind'], StoredSignal['kind']>>> = {
  signal: 'signal',
  approval: 'approval',
  task: 'result',
};

/** What a run waits for, and the signals that came for it and are not used up. */
export class Waits {
  /** In the order in which they were opened: the first takes the first signal. */
  readonly #open = new Map<string, OpenWait>();
  readonly #signals: StoredSignal[] = [];
  #lastSignalId: string | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly journal: Journal,
    private readonly onOpen: () => void,
  ) {}

  get count(): number {
    return this.#open.size;
  }

  get all(): readonly RunWait[] {
    return [...this.#open.values()].map(({ wait }) => wait);
  }

  /** The last signal that was delivered. */
  get lastSignalId(): string | undefined {
    return this.#lastSignalId;
  }

  /** Whether a signal is there that nobody has taken yet. */
  holds(kind: StoredSignal['kind'], name: string): boolean {
    return this.#signals.some((signal) => signal.kind === kind && signal.name === name);
  }

  /** Ends at once where the signal is there already; a signal that came before the time was over counts, however late it is seen. */
  open(wait: RunWait, abort: CancelSignal, signalName = signalNameOf(wait)): Promise<WaitEnd> {
    const signal = this.#takeSignal(wait, signalName);
    if (signal !== undefined) return Promise.resolve({ kind: 'signal', signal });
    if (abort.aborted) return Promise.resolve({ kind: 'aborted' });
    return new Promise((resolve) => {
      const end = (ended: WaitEnd): void => {
        if (!this.#open.delete(wait.key)) return;
        cancelTimer?.();
        abort.removeEventListener('abort', onAbort);
        resolve(ended);
      };
      const onAbort = (): void => end({ kind: 'aborted' });
      abort.addEventListener('abort', onAbort, { once: true });
      this.#open.set(wait.key, { wait, signalName, end });
      this.onOpen();
      const cancelTimer =
        wait.dueAt === undefined ? undefined : this.timers.at(wait.dueAt, () => end({ kind: 'due' }));
    });
  }

  /** Hands signals to the waits that they end; the rest is kept. Signals that were delivered before are passed over. */
  deliver(signals: readonly StoredSignal[]): void {
    for (const signal of signals) {
      if (this.#lastSignalId !== undefined && BigInt(signal.id) <= BigInt(this.#lastSignalId)) continue;
      this.#lastSignalId = signal.id;
      if (this.journal.hasUsed(signal.id)) continue;
      this.#signals.push(signal);
      this.#match(signal);
    }
  }

  /** Ends the waits for an agent. */
  lookAgain(): void {
    for (const { wait, end } of this.#open.values()) if (wait.kind === 'agent') end({ kind: 'woken' });
  }

  #match(signal: StoredSignal): void {
    for (const { wait, signalName, end } of this.#open.values()) {
      if (!endsBy(wait, signalName, signal)) continue;
      this.#signals.splice(this.#signals.indexOf(signal), 1);
      end({ kind: 'signal', signal });
      return;
    }
  }

  #takeSignal(wait: RunWait, signalName: string | undefined): StoredSignal | undefined {
    const at = this.#signals.findIndex((signal) => endsBy(wait, signalName, signal));
    return at < 0 ? undefined : this.#signals.splice(at, 1)[0];
  }
}

function endsBy(wait: RunWait, signalName: string | undefined, { kind, name }: StoredSignal): boolean {
  return ENDED_BY[wait.kind] === kind && name === signalName;
}

/** A task has none of its own: each of its sendings has one. */
function signalNameOf({ kind, subject, key }: RunWait): string | undefined {
  return kind === 'signal' ? subject : key;
}
