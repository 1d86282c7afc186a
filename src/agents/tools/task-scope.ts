import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, RandomSource } from '../../common/index.js';
import type { UsageReport } from '../task-context.js';
import type { ToolCall, ToolContext } from './tool.types.js';

/** What surrounds the code of an agent while it works on an attempt, and of the tools it uses. */
export interface TaskScope {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly signal: AbortSignal;
  recordToolCall(call: ToolCall): void;
  reportUsage(usage: UsageReport): void;
}

/** One use of a tool that is under way. */
export interface ToolUse {
  readonly instance: object;
  readonly context: ToolContext;
}

interface Frame {
  readonly scope: TaskScope;
  /** Set while the running code belongs to a tool. */
  readonly toolUse?: ToolUse;
}

const frames = new AsyncLocalStorage<Frame>();

/** Runs an agent's code so that the tools it uses find the attempt they work for. */
export function runAsAgent<T>(scope: TaskScope, work: () => T): T {
  return frames.run({ scope }, work);
}

/** Runs a tool's code; work for an agent that starts in it is refused. */
export function runAsTool<T>(scope: TaskScope, toolUse: ToolUse, work: () => T): T {
  return frames.run({ scope, toolUse }, work);
}

/** The use of a tool that the running code belongs to, the innermost one; `undefined` outside of tools. */
export function currentToolUse(): ToolUse | undefined {
  return frames.getStore()?.toolUse;
}

/** The attempt that the running code works for; `undefined` outside of tasks, in a unit test of a tool for example. */
export function currentTaskScope(): TaskScope | undefined {
  return frames.getStore()?.scope;
}

/** Tells whether the running code belongs to a tool. */
export function isInsideTool(): boolean {
  return currentToolUse() !== undefined;
}
