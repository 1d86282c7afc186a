import { readProbes, type HealthReport, type ProbeKind } from '../agents/index.js';
import { deepFreeze, findNonJson, messageOf, type Clock } from '../common/index.js';
import { MAX_REASON_LENGTH } from '../status/index.js';
import type { HealthVerdict, InstanceSource, ProbeVerdict } from './catalog/release.js';

/** A message is for people; a check may put a whole response into it. */
const MAX_MESSAGE_LENGTH = 1_000;

/** One thing that an agent is asked. */
interface Question {
  readonly name: string;
  readonly kind: ProbeKind | 'general';
  readonly ask: (signal: AbortSignal) => unknown;
}

/**
 * Asks an agent how it is: its `healthCheck` and its probes, side by side. Never rejects: a question that throws, hangs past the
 * time or is answered with rubbish is an unhealthy verdict with the reason, and disturbs no other. An agent without any is healthy.
 *
 * @param timeoutMs milliseconds from now for all of it, the making of an instance included
 * @param onWork is told of the work that the agent has begun, which may outlast the answer
 */
export async function checkHealth(
  source: InstanceSource,
  timeoutMs: number,
  clock: Clock,
  onWork: (work: Promise<unknown>) => void = () => {},
): Promise<HealthVerdict> {
  const checkedAt = clock.now();
  const started = clock.monotonicMs();
  const findings =
    source.hasHealthCheck === false ? HEALTHY : await examine(source, timeoutMs, clock, onWork);
  return Object.freeze({ ...findings, checkedAt, durationMs: clock.monotonicMs() - started });
}

/** Why a release is unhealthy, as the reason of a status: at most {@link MAX_REASON_LENGTH} characters. */
export function unhealthyReason({ message = 'no reason given' }: HealthReport): string {
  return `health check failed: ${message}`.slice(0, MAX_REASON_LENGTH);
}

const HEALTHY: HealthReport = Object.freeze({ healthy: true });

/** Asks within the time of a whole check; resolves with what was found, or with a report of why there is nothing. */
type Within = <T>(work: (signal: AbortSignal) => T | PromiseLike<T>) => Promise<{ found: T } | HealthReport>;

async function examine(
  source: InstanceSource,
  timeoutMs: number,
  clock: Clock,
  onWork: (work: Promise<unknown>) => void,
): Promise<HealthReport & Pick<HealthVerdict, 'probes'>> {
  const controller = new AbortController();
  let cancel = (): void => {};
  const timeout = new Promise<HealthReport>((resolve) => {
    cancel = clock.schedule(timeoutMs, () => {
      resolve({ healthy: false, message: `no answer within ${timeoutMs} ms` });
      controller.abort();
    });
  });
  const within: Within = (work) => {
    const answer = perform(work, controller.signal);
    onWork(answer);
    return Promise.race([answer, timeout]);
  };
  try {
    const made = await within(async () => questionsOf(await source.get()));
    if (!('found' in made)) return made;
    const answers = made.found.map((question) => put(question, within, clock));
    const [first, ...further] = await Promise.all(answers);
    if (first === undefined) return HEALTHY;
    if (further.length === 0 && first.kind === 'general') return withoutLabels(first);
    return combine([first, ...further]);
  } finally {
    cancel();
  }
}

async function perform<T>(
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  signal: AbortSignal,
): Promise<{ found: T } | HealthReport> {
  try {
    return { found: await work(signal) };
  } catch (error) {
    return { healthy: false, message: `threw: ${messageOf(error)}` };
  }
}

function questionsOf(instance: object): Question[] {
  const methods = instance as Record<string, ((signal: AbortSignal) => unknown) | undefined>;
  const probes = readProbes(Object.getPrototypeOf(instance) as object | null);
  const questions: Question[] = probes.map(({ method, kind }) => ({
    name: method,
    kind,
    ask: (signal) => methods[method]?.(signal),
  }));
  const isProbe = probes.some(({ method }) => method === 'healthCheck');
  if (!isProbe && typeof methods['healthCheck'] === 'function') {
    const ask = (signal: AbortSignal): unknown => methods['healthCheck']?.(signal);
    questions.unshift({ name: 'healthCheck', kind: 'general', ask });
  }
  return questions;
}

async function put({ name, kind, ask }: Question, within: Within, clock: Clock): Promise<ProbeVerdict> {
  const started = clock.monotonicMs();
  const answer = await within(async (signal) => toReport(await ask(signal)));
  const report = 'found' in answer ? answer.found : answer;
  return Object.freeze({ name, kind, ...report, durationMs: clock.monotonicMs() - started });
}

function withoutLabels({ healthy, message, details }: ProbeVerdict): HealthReport {
  return { healthy, ...(message !== undefined && { message }), ...(details !== undefined && { details }) };
}

/** Well when all say so; the message is that of those who do not. */
function combine(probes: readonly ProbeVerdict[]): HealthReport & Pick<HealthVerdict, 'probes'> {
  const failed = probes.filter(({ healthy }) => !healthy);
  const message = failed.map(({ name, message: why = 'no reason given' }) => `${name}: ${why}`).join('; ');
  return {
    healthy: failed.length === 0,
    ...(failed.length > 0 && { message: message.slice(0, MAX_MESSAGE_LENGTH) }),
    probes: Object.freeze(probes),
  };
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
