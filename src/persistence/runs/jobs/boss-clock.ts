import type { Clock as BossClock } from 'pg-boss';
import type { Cancel, Clock } from '../../../common/index.js';

/**
 * The clock for pg-boss. Its present moment never jumps, unlike that of the machine: pg-boss waits until a moment has come,
 * and would watch over nothing for as long as the machine's clock is set back.
 */
export function bossClock(clock: Clock): BossClock {
  const originAt = clock.now() - clock.monotonicMs();
  const cancel = (handle: unknown): void => (handle as Cancel | undefined)?.();
  return {
    now: () => originAt + clock.monotonicMs(),
    setTimeout: (callback, delayMs) => clock.schedule(delayMs, callback),
    clearTimeout: cancel,
    setInterval: (callback, periodMs) => {
      let cancelNext: Cancel = () => {};
      const tick = (): void => {
        cancelNext = clock.schedule(periodMs, tick);
        callback();
      };
      cancelNext = clock.schedule(periodMs, tick);
      return () => cancelNext();
    },
    clearInterval: cancel,
  };
}
