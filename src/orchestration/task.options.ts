import { RunContext } from '../agents/index.js';
import { RETRY_BOUNDS, RETRY_DEFAULTS, type ResolvedRetryOptions } from '../common/index.js';
import { DEFAULT_STRATEGY } from '../selection/index.js';
import { TaskOptionError } from './orchestration.errors.js';
import type { TaskOptions, UnavailablePolicy } from './task.types.js';

/** What a task gets where its caller is silent. */
export const TASK_DEFAULTS = {
  strategy: DEFAULT_STRATEGY,
  timeoutMs: 60_000,
  queueTimeoutMs: 30_000,
} as const;

const MAX_TIMEOUT_MS = 86_400_000;
const POLICIES: readonly UnavailablePolicy[] = ['alternative', 'queue', 'skip', 'fail'];

/** A task's options, complete and within their bounds. */
export interface ResolvedTaskOptions extends Omit<TaskOptions, 'context' | 'retry'> {
  readonly strategy: string;
  readonly whenUnavailable: UnavailablePolicy;
  readonly timeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly retry: ResolvedRetryOptions;
  readonly maxFallbacks: number;
  readonly context: RunContext;
}

const RESOLVED_DEFAULTS: ResolvedTaskOptions = {
  ...TASK_DEFAULTS,
  whenUnavailable: 'alternative',
  retry: RETRY_DEFAULTS,
  maxFallbacks: Infinity,
  context: RunContext.EMPTY,
};

/**
 * Fills in and checks a task's options.
 * @param context the run's context, for a task that is a step of a run
 * @throws TASK_OPTION_INVALID naming the field, its value and its range
 */
export function resolveTaskOptions(options?: TaskOptions, context?: RunContext): ResolvedTaskOptions {
  if (options === undefined)
    return context === undefined ? RESOLVED_DEFAULTS : { ...RESOLVED_DEFAULTS, context };
  const { retry, whenUnavailable = options.agent === undefined ? 'alternative' : 'fail' } = options;
  checkRange('timeoutMs', options.timeoutMs, 1, MAX_TIMEOUT_MS);
  checkRange('attemptTimeoutMs', options.attemptTimeoutMs, 1, MAX_TIMEOUT_MS);
  checkRange('queueTimeoutMs', options.queueTimeoutMs, 0, MAX_TIMEOUT_MS);
  checkRange('maxFallbacks', options.maxFallbacks, 0, 100);
  if (!POLICIES.includes(whenUnavailable)) {
    throw new TaskOptionError('whenUnavailable', whenUnavailable, `one of ${POLICIES.join(', ')}`);
  }
  return {
    ...options,
    strategy: options.strategy ?? TASK_DEFAULTS.strategy,
    timeoutMs: options.timeoutMs ?? TASK_DEFAULTS.timeoutMs,
    queueTimeoutMs: options.queueTimeoutMs ?? TASK_DEFAULTS.queueTimeoutMs,
    maxFallbacks: options.maxFallbacks ?? Infinity,
    whenUnavailable,
    retry: retry === undefined ? RETRY_DEFAULTS : resolveRetry(retry),
    context: context ?? (options.context === undefined ? RunContext.EMPTY : RunContext.of(options.context)),
  };
}

function resolveRetry(retry: NonNullable<TaskOptions['retry']>): ResolvedRetryOptions {
  checkRange('retry.attempts', retry.attempts, 1, RETRY_BOUNDS.maxAttempts);
  checkRange('retry.delayMs', retry.delayMs, 0, RETRY_BOUNDS.maxDelayMs);
  checkRange('retry.maxDelayMs', retry.maxDelayMs, 0, RETRY_BOUNDS.maxDelayMs);
  if (retry.backoff !== undefined && retry.backoff !== 'constant' && retry.backoff !== 'exponential') {
    throw new TaskOptionError('retry.backoff', retry.backoff, 'constant or exponential');
  }
  return { ...RETRY_DEFAULTS, ...retry };
}

function checkRange(field: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new TaskOptionError(field, value, `a number from ${least} to ${most}`);
}
