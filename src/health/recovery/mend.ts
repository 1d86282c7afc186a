import type { Recoverable } from '../../agents/index.js';
import { messageOf, type Clock } from '../../common/index.js';
import type { Release } from '../../registry/index.js';
import type { HealthChecks } from '../checks/health-checks.js';
import type { ResolvedHealthOptions } from '../health.options.js';

/** What mending works with. */
export interface MendParts {
  readonly checks: Pick<HealthChecks, 'probe' | 'thresholdsOf'>;
  readonly clock: Clock;
  readonly options: ResolvedHealthOptions['recovery'];
}

/**
 * Lets an agent mend itself, where it can, and asks it how it is, as often in a row as it has to be well. Resolves with why it is
 * not well; with `undefined` when it is. Never rejects, and ends soon after the signal aborts.
 */
export async function mend(
  release: Release,
  signal: AbortSignal,
  parts: MendParts,
): Promise<string | undefined> {
  const problem = await recover(release, signal, parts);
  if (problem !== undefined) return problem;
  const { checks, clock, options } = parts;
  const { successes } = checks.thresholdsOf(release);
  for (let check = 1; ; check += 1) {
    if (signal.aborted) return messageOf(signal.reason);
    const verdict = await checks.probe(release);
    if (!verdict.healthy) return verdict.message ?? 'its health check failed without a reason';
    if (check >= successes) return undefined;
    await clock.delay(options.probeIntervalMs, signal).catch(() => {});
  }
}

/** Contains `recover()`: one that throws or hangs is a problem, told in words. */
function recover(
  { instances }: Release,
  signal: AbortSignal,
  { clock, options: { recoverTimeoutMs } }: MendParts,
): Promise<string | undefined> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const end = (problem: string | undefined): void => {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      resolve(problem);
    };
    const onAbort = (): void => {
      controller.abort(signal.reason);
      end(messageOf(signal.reason));
    };
    const cancelTimer = clock.schedule(recoverTimeoutMs, () => {
      controller.abort();
      end(`recover() did not end within ${recoverTimeoutMs} ms`);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    const work = async (): Promise<void> => {
      const instance = (await instances.get()) as Partial<Recoverable>;
      if (typeof instance.recover === 'function') await instance.recover(controller.signal);
    };
    work().then(
      () => end(undefined),
      (error: unknown) => end(`recover() threw: ${messageOf(error)}`),
    );
  });
}
