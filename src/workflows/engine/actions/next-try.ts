import { retryDelayMs, type CancelSignal, type ResolvedRetryOptions } from '../../../common/index.js';
import { ChildSignal } from '../child-signal.js';
import type { Execution } from '../execution.js';
import { never } from '../never.js';

/**
 * Waits before the next try of a step, in memory. Gives `false` when the step is not wanted any more; never settles when the run
 * leaves this process meanwhile, which it need not wait for.
 * @param tries how many there were
 */
export async function waitForNextTry(
  execution: Execution,
  retry: ResolvedRetryOptions,
  tries: number,
  signal: CancelSignal,
): Promise<boolean> {
  if (execution.isHalted) return never();
  const { clock, halting, random } = execution;
  const stop = new ChildSignal(signal);
  const onHalt = (): void => stop.abort(halting.reason);
  halting.addEventListener('abort', onHalt, { once: true });
  execution.begin();
  const isTime = await clock.delay(retryDelayMs(retry, tries, random), stop).then(
    () => true,
    () => false,
  );
  halting.removeEventListener('abort', onHalt);
  stop.dispose();
  execution.end();
  return execution.isHalted ? never() : isTime;
}
