import type { CancelSignal } from '../cancel-signal.js';
import { TimerWheel, WHEEL_DELAYS } from './timer-wheel.js';

/** Undoes a subscription or a scheduled call. Calling it again does nothing. */
export type Cancel = () => void;

/** The longest delay a JavaScript timer keeps; a longer one fires at once (HTML standard, timer initialization). */
export const MAX_TIMER_MS = 2_147_483_647;

/** Time and timers, injected so that tests and the simulator decide what time it is. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch; may jump when the machine's clock is set. */
  abstract now(): number;

  /** Milliseconds on a clock that never jumps; only differences mean something. */
  abstract monotonicMs(): number;

  /** Calls once, `delayMs` (0 to {@link MAX_TIMER_MS}, clamped) from now. */
  abstract schedule(delayMs: number, callback: () => void): Cancel;

  /** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first; leaves no timer behind. */
  delay(delayMs: number, signal?: CancelSignal): Promise<void> {
    const reason = (): Error => signal?.reason as Error;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(reason());
      const onAbort = (): void => {
        cancel();
        reject(reason());
      };
      const cancel = this.schedule(delayMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** The machine's clock and Node's timers; those of a second and more may be 10 ms late. */
export class SystemClock extends Clock {
  readonly #wheel = new TimerWheel(() => performance.now());

  now(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    if (delayMs >= WHEEL_DELAYS.least && delayMs <= WHEEL_DELAYS.most) {
      return this.#wheel.schedule(delayMs, callback);
    }
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  }
}

/** Resolves when all promises that can settle by themselves have done so, after the microtasks of this turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Calls again and again, every `periodMs` of the machine's time, without keeping the process alive. For beats that only say "look
 * whether something is due": what is due is for a {@link Clock} to say. Ends by `clearInterval`, as registries of timers do it.
 */
export function beatEvery(periodMs: number, callback: () => void): NodeJS.Timeout {
  return setInterval(callback, periodMs).unref();
}
