import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, RandomSource } from '../../common/index.js';
import type { UsageReport } from '../task-context.js';
import type { ToolCall } from './tool.types.js';

/** What surrounds the code of an agent while it works on an attempt, and of the tools it uses. */
export interface TaskScope {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly signal: AbortSignal;
  recordToolCall(call: ToolCall): void;
  reportUsage(usage: UsageReport): void;
}

interface Frame {
  readonly scope: TaskScope;
  readonly level: 'agent' | 'tool';
}

const frames = new AsyncLocalStorage<Frame>();

/** Runs an agent's code so that the tools it uses find the attempt they work for. */
export function runAsAgent<T>(scope: TaskScope, work: () => T): T {
  return frames.run({ scope, level: 'agent' }, work);
}

/** Runs a tool's code; work for an agent that starts in it is refused. */
export function runAsTool<T>(scope: TaskScope, work: () => T): T {
  return frames.run({ scope, level: 'tool' }, work);
}

/** The attempt that the running code works for; `undefined` outside of tasks, in a unit test of a tool for example. */
export function currentTaskScope(): TaskScope | undefined {
  return frames.getStore()?.scope;
}

/** Tells whether the running code belongs to a tool. */
export function isInsideTool(): boolean {
  return frames.getStore()?.level === 'tool';
}
