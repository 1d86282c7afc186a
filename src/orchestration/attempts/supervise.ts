import type { Clock } from '../../common/index.js';

/** How long work may take and what happens when it takes longer. */
export interface Supervision {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onTimeout: () => Error;
  /** Hands out the function that gives the work up from outside. */
  readonly onStart: (giveUp: (error: Error) => void) => void;
  /** Tells the work to stop. */
  readonly abort: (error: Error) => void;
  /** Milliseconds that aborted work gets to end. */
  readonly graceMs: number;
  /** Called once, when the work has really ended, or did not in its grace time. */
  readonly onOver: (isAbandoned: boolean) => void;
}

/**
 * Follows the result of work for a limited time.
 *
 * The caller gets the timeout or the cancellation at once; the work gets an abort and a grace time. So a caller never waits
 * for code that ignores its signal, and what the work holds is given back when it ends, or at the end of its grace at the latest.
 */
export function supervise<T>(work: Promise<T>, supervision: Supervision): Promise<T> {
  const { clock, timeoutMs, graceMs } = supervision;
  return new Promise((resolve, reject) => {
    let phase: 'working' | 'aborted' | 'over' = 'working';
    let cancelTimer = clock.schedule(timeoutMs, () => giveUp(supervision.onTimeout()));
    const over = (isAbandoned: boolean): void => {
      cancelTimer();
      phase = 'over';
      supervision.onOver(isAbandoned);
    };
    const giveUp = (error: Error): void => {
      if (phase !== 'working') return;
      phase = 'aborted';
      cancelTimer();
      reject(error);
      cancelTimer = clock.schedule(graceMs, () => over(true));
      supervision.abort(error);
    };
    const settle = (report: () => void): void => {
      if (phase === 'over') return;
      if (phase === 'working') report();
      over(false);
    };
    work.then(
      (value) => settle(() => resolve(value)),
      (error: Error) => settle(() => reject(error)),
    );
    supervision.onStart(giveUp);
  });
}
