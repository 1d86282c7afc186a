import { Clock } from 'cadre';

/** Less than the time after which nodes look by themselves whether others have told them something. */
const SHORT_MS = 2_000;

/** The machine's clock, on which long timers never ring: a node hears of what it is told, and of nothing else. */
export class ToldClock extends Clock {
  now(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  schedule(delayMs: number, callback: () => void): () => void {
    if (delayMs >= SHORT_MS) return () => {};
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  }
}
