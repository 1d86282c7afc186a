import {
  isCadreError,
  retryDelayMs,
  validate,
  SystemClock,
  SystemRandom,
  type ResolvedRetryOptions,
  type Schema,
} from '../../common/index.js';
import { InvalidOutputError } from '../agent.errors.js';
import { Semaphore } from './semaphore.js';
import { currentTaskScope, currentToolUse, runAsTool, type TaskScope } from './task-scope.js';
import { InvalidToolInputError, ToolTimeoutError } from './tool.errors.js';
import type { ToolContext } from './tool.types.js';

/** A tool's options, validated and with defaults. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly input?: Schema;
  readonly output?: Schema;
  readonly maxConcurrency?: number;
  readonly timeoutMs?: number;
  readonly retry: ResolvedRetryOptions;
}

/** The undecorated `use` of a tool class. */
export type UseMethod = (this: object, input: unknown, context: ToolContext) => unknown;

/** One line for each instance: agents that share the instance share its limit. */
const lines = new WeakMap<object, Semaphore>();

/**
 * Uses a tool: validates, waits for a place, tries, validates the answer, and records the call with the attempt it works for.
 * Outside of a task it does the same without a record.
 *
 * A tool that reaches its own instance again, by `super.use()` or `this.use()`, is still in the same use: it would
 * otherwise wait for the place it holds itself.
 */
export async function runTool(
  tool: ToolDefinition,
  instance: object,
  use: UseMethod,
  input: unknown,
): Promise<unknown> {
  const outer = currentToolUse();
  if (outer?.instance === instance) return use.call(instance, input, outer.context);
  const scope = currentTaskScope() ?? detachedScope();
  const startedAt = scope.clock.now();
  const started = scope.clock.monotonicMs();
  const progress = { tries: 0 };
  const record = (outcome: { status: 'succeeded' } | { status: 'failed'; errorCode: string }): void => {
    const durationMs = scope.clock.monotonicMs() - started;
    scope.recordToolCall({ tool: tool.name, startedAt, durationMs, tries: progress.tries, ...outcome });
  };
  try {
    const output = await useWithin({ tool, instance, use, scope }, input, progress);
    record({ status: 'succeeded' });
    return output;
  } catch (error) {
    record({ status: 'failed', errorCode: isCadreError(error) ? error.code : 'TOOL_FAILED' });
    throw error;
  }
}

interface Use {
  readonly tool: ToolDefinition;
  readonly instance: object;
  readonly use: UseMethod;
  readonly scope: TaskScope;
}

async function useWithin(
  { tool, instance, use, scope }: Use,
  input: unknown,
  progress: { tries: number },
): Promise<unknown> {
  scope.signal.throwIfAborted();
  const accepted = tool.input ? await validate(tool.input, input) : { ok: true as const, value: input };
  if (!accepted.ok) throw new InvalidToolInputError(tool.name, accepted.issues);
  const line = lineOf(tool, instance);
  await line?.acquire(scope.signal);
  let returned: unknown;
  try {
    returned = await tryRepeatedly(
      tool,
      (signal) => {
        progress.tries += 1;
        const context: ToolContext = { signal, reportUsage: (usage) => scope.reportUsage(usage) };
        return runAsTool(scope, { instance, context }, () => use.call(instance, accepted.value, context));
      },
      scope,
    );
  } finally {
    line?.release();
  }
  const output = tool.output ? await validate(tool.output, returned) : { ok: true as const, value: returned };
  if (!output.ok) throw new InvalidOutputError(`The tool "${tool.name}"`, output.issues);
  return output.value;
}

async function tryRepeatedly(
  tool: ToolDefinition,
  attempt: (signal: AbortSignal) => unknown,
  scope: TaskScope,
  failed = 0,
): Promise<unknown> {
  try {
    return await withinTime(tool, attempt, scope);
  } catch (error) {
    const isLast = failed + 1 >= tool.retry.attempts || scope.signal.aborted;
    if (isLast || (isCadreError(error) && !error.retryable)) throw error;
  }
  await scope.clock.delay(retryDelayMs(tool.retry, failed + 1, scope.random), scope.signal);
  return tryRepeatedly(tool, attempt, scope, failed + 1);
}

/** One try. The caller gets the timeout at once, also from a tool that ignores its signal. */
async function withinTime(
  tool: ToolDefinition,
  attempt: (signal: AbortSignal) => unknown,
  scope: TaskScope,
): Promise<unknown> {
  if (tool.timeoutMs === undefined) return attempt(scope.signal);
  const controller = new AbortController();
  const error = new ToolTimeoutError(tool.name, tool.timeoutMs);
  const late = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(error));
  });
  const cancel = scope.clock.schedule(tool.timeoutMs, () => controller.abort(error));
  try {
    return await Promise.race([attempt(AbortSignal.any([scope.signal, controller.signal])), late]);
  } finally {
    cancel();
  }
}

function lineOf(tool: ToolDefinition, instance: object): Semaphore | undefined {
  if (tool.maxConcurrency === undefined) return undefined;
  let line = lines.get(instance);
  if (line === undefined) lines.set(instance, (line = new Semaphore(tool.maxConcurrency)));
  return line;
}

/** For a tool that is used outside of a task: real time, no record. */
function detachedScope(): TaskScope {
  return {
    clock: new SystemClock(),
    random: new SystemRandom(),
    signal: new AbortController().signal,
    recordToolCall: () => {},
    reportUsage: () => {},
  };
}
