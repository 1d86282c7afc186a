import type { HealthCheckable, HealthReport } from '../agents/index.js';
import { messageOf, type Clock } from '../common/index.js';
import type { HealthVerdict, InstanceSource } from './release.js';

/**
 * Asks an agent how it is. Never rejects: a check that throws, hangs past its time or answers rubbish is an unhealthy
 * verdict with the reason. An agent without `healthCheck` is healthy.
 */
export async function checkHealth(
  source: InstanceSource,
  timeoutMs: number,
  clock: Clock,
): Promise<HealthVerdict> {
  const checkedAt = clock.now();
  const started = clock.monotonicMs();
  const report = await askWithin(source, timeoutMs, clock);
  return { ...report, checkedAt, durationMs: clock.monotonicMs() - started };
}

async function askWithin(source: InstanceSource, timeoutMs: number, clock: Clock): Promise<HealthReport> {
  const controller = new AbortController();
  let cancel = (): void => {};
  const late = new Promise<HealthReport>((resolve) => {
    cancel = clock.schedule(timeoutMs, () => {
      resolve({ healthy: false, message: `The health check did not answer within ${timeoutMs} ms.` });
      controller.abort();
    });
  });
  try {
    return await Promise.race([ask(source, controller.signal), late]);
  } catch (error) {
    return { healthy: false, message: `The health check threw: ${messageOf(error)}` };
  } finally {
    cancel();
  }
}

async function ask(source: InstanceSource, signal: AbortSignal): Promise<HealthReport> {
  const instance = (await source.get()) as Partial<HealthCheckable>;
  if (typeof instance.healthCheck !== 'function') return { healthy: true };
  const answer: unknown = await instance.healthCheck(signal);
  if (typeof answer === 'boolean') return { healthy: answer };
  if (
    typeof answer === 'object' &&
    answer !== null &&
    typeof (answer as HealthReport).healthy === 'boolean'
  ) {
    return answer as HealthReport;
  }
  return { healthy: false, message: 'The health check answered neither a boolean nor { healthy: boolean }.' };
}
