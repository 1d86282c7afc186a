import { RunContext } from '../../agents/index.js';
import {
  findRetryProblem,
  resolveRetryOptions,
  RETRY_DEFAULTS,
  type ResolvedRetryOptions,
  type RetryOptions,
} from '../../common/index.js';
import { checkVersionRange } from '../../registry/index.js';
import { TaskOptionError } from '../orchestration.errors.js';
import type { TaskOptions, UnavailablePolicy } from './task.types.js';

/** What a task gets where its caller is silent. */
export const TASK_DEFAULTS = {
  timeoutMs: 60_000,
  queueTimeoutMs: 30_000,
} as const;

const MAX_TIMEOUT_MS = 86_400_000;
const MAX_FALLBACKS = 100;
const MAX_KEY_LENGTH = 200;
const MAX_TENANT_LENGTH = 200;
const POLICIES: readonly UnavailablePolicy[] = ['alternative', 'queue', 'skip', 'fail'];

/** A task's options, complete and within their bounds. */
export interface ResolvedTaskOptions extends Omit<TaskOptions, 'context' | 'retry' | 'residency'> {
  readonly whenUnavailable: UnavailablePolicy;
  readonly timeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly retry: ResolvedRetryOptions;
  readonly residency?: readonly string[];
  /** `Infinity` when there is no limit. */
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
 * Fills in and checks a task's options. Types are checked too: options may come from JavaScript.
 * @param context the run's context, for a task that is a step of a run; it takes the place of `options.context`
 * @throws TASK_OPTION_INVALID naming the field, its value and its range; INPUT_INVALID for a context that cannot be copied
 */
export function resolveTaskOptions(options?: TaskOptions, context?: RunContext): ResolvedTaskOptions {
  if (options === undefined) {
    return context === undefined ? RESOLVED_DEFAULTS : { ...RESOLVED_DEFAULTS, context };
  }
  if (!isObject(options)) refuse('options', options, 'an object');
  checkNumbers(options);
  checkTexts(options);
  checkHints(options);
  checkObjects(options);
  return {
    ...options,
    timeoutMs: options.timeoutMs ?? TASK_DEFAULTS.timeoutMs,
    queueTimeoutMs: options.queueTimeoutMs ?? TASK_DEFAULTS.queueTimeoutMs,
    maxFallbacks: options.maxFallbacks ?? Infinity,
    whenUnavailable: resolvePolicy(options),
    residency: resolvePlaces(options),
    retry: resolveRetry(options.retry),
    context: context ?? RunContext.of(options.context ?? {}),
  };
}

function checkNumbers({ timeoutMs, attemptTimeoutMs, queueTimeoutMs, maxFallbacks }: TaskOptions): void {
  checkRange('timeoutMs', timeoutMs, 1, MAX_TIMEOUT_MS);
  checkRange('attemptTimeoutMs', attemptTimeoutMs, 1, MAX_TIMEOUT_MS);
  checkRange('queueTimeoutMs', queueTimeoutMs, 0, MAX_TIMEOUT_MS);
  checkRange('maxFallbacks', maxFallbacks, 0, MAX_FALLBACKS);
}

function checkTexts({ inputType, strategy, agent, region, tags, idempotencyKey }: TaskOptions): void {
  checkText('inputType', inputType);
  checkText('strategy', strategy);
  checkText('agent', agent);
  checkText('region', region);
  checkText('idempotencyKey', idempotencyKey, MAX_KEY_LENGTH);
  checkTextList('tags', tags);
}

function checkTextList(field: string, list: readonly string[] | undefined): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) refuse(field, list, 'a list of texts');
  for (const entry of list) checkText(field, entry);
}

/** Checks what says where and in which versions a task may be done; answers the places that it must not leave. */
function resolvePlaces(options: TaskOptions): readonly string[] | undefined {
  const { residency, preferredRegions, versionRange, agent } = options;
  checkTextList('preferredRegions', preferredRegions);
  if (versionRange !== undefined) {
    if (agent !== undefined) refuse('versionRange', versionRange, 'left out beside agent: write name@range');
    checkVersionRange(versionRange);
  }
  if (residency === undefined) return undefined;
  const places = Array.isArray(residency) ? (residency as readonly string[]) : [residency as string];
  // Nowhere at all would be a task that nobody may do.
  if (places.length === 0) refuse('residency', residency, 'a region, or a list of at least one');
  checkTextList('residency', places);
  return places;
}

function checkHints({ priority, criticality, tenant }: TaskOptions): void {
  checkOneOf('priority', priority, ['normal', 'urgent']);
  checkOneOf('criticality', criticality, ['normal', 'critical']);
  checkText('tenant', tenant, MAX_TENANT_LENGTH);
}

function checkObjects({ context, signal, onProgress }: TaskOptions): void {
  if (context !== undefined && !isObject(context)) {
    refuse('context', context, 'an object of values by data type name');
  }
  if (signal !== undefined && !isSignal(signal)) refuse('signal', signal, 'an AbortSignal');
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    refuse('onProgress', onProgress, 'a function');
  }
}

/** Who pins a task means that agent and no other, unless he says so. */
function resolvePolicy({ agent, whenUnavailable }: TaskOptions): UnavailablePolicy {
  const policy = whenUnavailable ?? (agent === undefined ? 'alternative' : 'fail');
  if (!POLICIES.includes(policy)) refuse('whenUnavailable', policy, `one of ${POLICIES.join(', ')}`);
  return policy;
}

function resolveRetry(options: RetryOptions | undefined): ResolvedRetryOptions {
  if (options === undefined) return RETRY_DEFAULTS;
  if (!isObject(options)) refuse('retry', options, 'an object, such as { attempts: 3 }');
  const retry = resolveRetryOptions(options);
  const problem = findRetryProblem(retry);
  if (problem !== undefined) throw new TaskOptionError(problem);
  if (typeof retry.jitter !== 'boolean') refuse('retry.jitter', retry.jitter, 'true or false');
  return retry;
}

function checkRange(field: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) return;
  refuse(field, value, `a number from ${least} to ${most}`);
}

function checkText(field: string, value: string | undefined, maxLength = Infinity): void {
  if (value === undefined) return;
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength) return;
  refuse(
    field,
    value,
    maxLength === Infinity ? 'a text that is not empty' : `a text of 1 to ${maxLength} characters`,
  );
}

function checkOneOf(field: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) refuse(field, value, `one of ${allowed.join(', ')}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Not `instanceof`: other realms and polyfills have signals of their own. */
function isSignal(value: Partial<AbortSignal> | null): boolean {
  return (
    isObject(value) && typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function'
  );
}

/** Only what cannot hold anything long or secret is shown as it is. */
function refuse(field: string, value: unknown, allowed: string): never {
  const isShown = typeof value === 'number' || typeof value === 'boolean' || value === null;
  const shown =
    typeof value === 'string' ? `"${value.slice(0, 60)}"` : isShown ? String(value) : kindOf(value);
  throw new TaskOptionError(`${field} is ${shown}; it must be ${allowed}`);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
