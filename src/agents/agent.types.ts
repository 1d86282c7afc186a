import type { Capability, Estimates, HandlerInput, HandlerOutput } from './contracts/capability.js';
import type { DataType } from './contracts/data-type.js';
import type { TaskContext } from './task-context.js';

/** How an agent describes itself; see {@link AGENT_DEFAULTS} for what is filled in. */
export interface AgentOptions {
  /** Default: the class name in `snake_case`, without `Agent`. */
  readonly name?: string;
  /** Semantic version of this release; default `1.0.0`. */
  readonly version?: string;
  readonly description?: string;
  /** Tasks this release works on at a time in one process, 1 to 10 000; default 1. Further ones wait in line. */
  readonly maxConcurrentTasks?: number;
  /** US dollars a task costs, at least 0; a prior until costs are reported. */
  readonly costPerTaskUsd?: number;
  /** Where the agent runs, for routing by region. */
  readonly region?: string;
  /** Free labels to filter by. */
  readonly tags?: readonly string[];
  /** Names of agents it cannot work without. */
  readonly dependencies?: readonly string[];
  /** Milliseconds a health check may take, 1 to 60 000; default 5 000. */
  readonly healthCheckTimeoutMs?: number;
  /** Milliseconds from the end of one scheduled check to the next, 1 000 to 86 400 000; default: the application's, 30 000. */
  readonly healthCheckIntervalMs?: number;
  /** Scheduled checks in a row that must fail before the agent counts as unhealthy, 1 to 100; default: the application's, 3. */
  readonly healthCheckFailureThreshold?: number;
  /** Checks in a row that must pass before it counts as healthy again, 1 to 100; default: the application's, 1. */
  readonly healthCheckSuccessThreshold?: number;
  /** `false` keeps the class out of the discovery at boot; `registry.register` still takes it. Default `true`. */
  readonly autoRegister?: boolean;
}

/** How an agent provides one capability; estimates override those of the capability. */
export interface ProvidesOptions extends Estimates {
  /** Milliseconds one attempt may take, 1 to 86 400 000; default: what is left of the task's own time. */
  readonly timeoutMs?: number;
  /** Further data types that must be in the task's context before this agent is asked. */
  readonly requiredContext?: readonly DataType[];
}

/** The validated, frozen description of one release. */
export interface AgentManifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly capabilities: readonly ProvidedCapability[];
  readonly maxConcurrentTasks: number;
  readonly costPerTaskUsd?: number;
  readonly region?: string;
  readonly tags: readonly string[];
  readonly dependencies: readonly string[];
  readonly healthCheckTimeoutMs: number;
  /** These three are those of the application where they are absent. */
  readonly healthCheckIntervalMs?: number;
  readonly healthCheckFailureThreshold?: number;
  readonly healthCheckSuccessThreshold?: number;
}

/** One capability of a release and the method that provides it. */
export interface ProvidedCapability extends Estimates {
  readonly capability: Capability;
  readonly method: string;
  readonly timeoutMs?: number;
  readonly requiredContext: readonly DataType[];
}

/** A manifest before validation, as `registry.register(instance, manifest)` takes it. */
export interface ManifestInput extends Omit<AgentOptions, 'autoRegister'> {
  readonly capabilities?: readonly ProvidedCapabilityInput[];
}

/** A capability, its name when the contract is open, or one with the method that provides it (default `execute`). */
export type ProvidedCapabilityInput =
  | Capability
  | string
  | ({ readonly capability: Capability | string; readonly method?: string } & ProvidesOptions);

/** One reason why an agent cannot be registered. */
export interface Violation {
  readonly code: string;
  /** The agent, as `name@version` where both are known. */
  readonly agent: string;
  readonly message: string;
}

/** What a handler may return: the output, a promise of it, or a generator that yields progress and returns it. */
export type HandlerResult<Output> = Output | Promise<Output> | AsyncGenerator<unknown, Output, void>;

/** A handler of a capability. Wrong input or output types do not compile. */
export type HandlerOf<C> = (input: HandlerInput<C>, task: TaskContext) => HandlerResult<HandlerOutput<C>>;

/** The shape of a specialist: one `execute` for the capabilities in its decorator. */
export interface Executes<C> {
  execute: HandlerOf<C>;
}

/** What a health check or a probe answers. */
export interface HealthReport {
  readonly healthy: boolean;
  /** Why, for people. */
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An agent that can tell how it is. Without it, an agent counts as healthy. `boolean` is short for a report. */
export interface HealthCheckable {
  healthCheck(signal: AbortSignal): HealthReport | boolean | Promise<HealthReport | boolean>;
}

/**
 * An agent that can mend itself: after it has failed, and before it is asked again how it is, `recover` is called: to open a
 * connection anew, to drop a cache, to fetch a new token. It has failed again when it throws or exceeds its time.
 */
export interface Recoverable {
  recover(signal: AbortSignal): unknown;
}

/** What a probe asks: whether what the agent needs is there, whether its keys are accepted, or whether it does its work. */
export type ProbeKind = 'dependency' | 'credential' | 'functional';
