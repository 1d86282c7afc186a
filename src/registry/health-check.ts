import type { HealthCheckable, HealthReport } from '../agents/index.js';
import { deepFreeze, findNonJson, messageOf, type Clock } from '../common/index.js';
import { MAX_REASON_LENGTH } from '../status/index.js';
import type { HealthVerdict, InstanceSource } from './catalog/release.js';

/** A message is for people; a check may put a whole response into it. */
const MAX_MESSAGE_LENGTH = 1_000;

/**
 * Asks an agent how it is. Never rejects: a check that throws, hangs past its time or answers rubbish is an unhealthy
 * verdict with the reason. An agent without `healthCheck` is healthy.
 *
 * @param timeoutMs milliseconds from now, the making of an instance included
 */
export async function checkHealth(
  source: InstanceSource,
  timeoutMs: number,
  clock: Clock,
): Promise<HealthVerdict> {
  const checkedAt = clock.now();
  const started = clock.monotonicMs();
  const report = source.hasHealthCheck === false ? HEALTHY : await askWithin(source, timeoutMs, clock);
  return Object.freeze({ ...report, checkedAt, durationMs: clock.monotonicMs() - started });
}

/** Why a release is unhealthy, as the reason of a status: at most {@link MAX_REASON_LENGTH} characters. */
export function unhealthyReason({ message = 'no reason given' }: HealthReport): string {
  return `health check failed: ${message}`.slice(0, MAX_REASON_LENGTH);
}

const HEALTHY: HealthReport = Object.freeze({ healthy: true });

function askWithin(source: InstanceSource, timeoutMs: number, clock: Clock): Promise<HealthReport> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const cancel = clock.schedule(timeoutMs, () => {
      resolve({ healthy: false, message: `no answer within ${timeoutMs} ms` });
      controller.abort();
    });
    const answer = (report: HealthReport): void => {
      cancel();
      resolve(report);
    };
    ask(source, controller.signal).then(answer, (error: unknown) =>
      answer({ healthy: false, message: `threw: ${messageOf(error)}` }),
    );
  });
}

async function ask(source: InstanceSource, signal: AbortSignal): Promise<HealthReport> {
  const instance = (await source.get()) as Partial<HealthCheckable>;
  if (typeof instance.healthCheck !== 'function') return HEALTHY;
  return toReport(await instance.healthCheck(signal));
}

/** Copies what an agent answered: it may keep the object and change it, or answer more than anybody can store. */
function toReport(answer: unknown): HealthReport {
  if (typeof answer === 'boolean') return { healthy: answer };
  const { healthy, message, details } = (answer ?? {}) as Partial<Record<keyof HealthReport, unknown>>;
  if (typeof healthy !== 'boolean') {
    return { healthy: false, message: 'answered neither a boolean nor { healthy: boolean }' };
  }
  return {
    healthy,
    ...(typeof message === 'string' && message !== '' && { message: message.slice(0, MAX_MESSAGE_LENGTH) }),
    ...(isDetails(details) && { details: deepFreeze(structuredClone(details)) }),
  };
}

function isDetails(details: unknown): details is Readonly<Record<string, unknown>> {
  return (
    typeof details === 'object' &&
    details !== null &&
    !Array.isArray(details) &&
    findNonJson(details) === undefined
  );
}
