import type { RetryOptions, Schema, SchemaInput, SchemaOutput } from '../../common/index.js';
import type { UsageReport } from '../task-context.js';

/** How a tool describes itself. */
export interface ToolOptions<I extends Schema = Schema, O extends Schema = Schema> {
  /** Default: the class name in `snake_case`, without `Tool`. */
  readonly name?: string;
  readonly description?: string;
  /** Validates what the tool is given and what it returns; anything goes without. */
  readonly input?: I;
  readonly output?: O;
  /** Uses of one instance at a time, over all agents that share it, 1 to 10 000; default: no limit. Further ones wait in line. */
  readonly maxConcurrency?: number;
  /** Milliseconds one try may take, 1 to 86 400 000; default: the time of the task. */
  readonly timeoutMs?: number;
  /** Default: one try. Only retryable errors are tried again. */
  readonly retry?: RetryOptions;
}

/** What a tool gets beside its input. */
export interface ToolContext {
  /** Aborts when the task that uses the tool does, or when the tool's own time is over. */
  readonly signal: AbortSignal;
  /** Adds to the tokens and cost of the attempt that uses the tool. */
  reportUsage(usage: UsageReport): void;
}

/** The shape of a tool: a use is a promise always, because Cadre may have it wait. Declare the second parameter as optional: agents call `use(input)`, Cadre adds the context. */
export interface Uses<I extends Schema, O extends Schema> {
  use: (input: SchemaOutput<I>, context?: ToolContext) => Promise<SchemaInput<O>>;
}

/** The record of one use of a tool during an attempt. */
export interface ToolCall {
  readonly tool: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** From the call to its end, the wait for a place and all tries included. */
  readonly durationMs: number;
  readonly tries: number;
  readonly status: 'succeeded' | 'failed';
  /** The code of the error, when it failed. */
  readonly errorCode?: string;
}
