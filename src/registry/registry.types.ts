import type { AgentManifest, Capability } from '../agents/index.js';
import type { AgentStatus } from '../status/index.js';
import type { HealthVerdict } from './catalog/release.js';

/**
 * Everything known of one release at one moment; a copy.
 * @publicApi
 */
export interface AgentInfo {
  /** `name@version`. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly manifest: AgentManifest;
  /** The release that takes the agent's tasks; the others serve only when pinned. */
  readonly isCurrent: boolean;
  /** Active, well, not about to leave, and with all dependencies available. */
  readonly isAvailable: boolean;
  readonly status: AgentStatus;
  /** Milliseconds since the epoch at which the status began. */
  readonly statusSince: number;
  readonly load: {
    /** Tasks under way in this process. */
    readonly inFlight: number;
    readonly maxConcurrentTasks: number;
    /** Attempts given up while the agent's code still ran past its grace time, since the release came in. */
    readonly abandoned: number;
  };
  /** The instances of this process failed too many checks in a row to get tasks; where no node has a healthy one, it is `failed`. */
  readonly isUnwell: boolean;
  /** The last verdict, that of the registration at first. */
  readonly health?: HealthVerdict;
  /** All versions of the agent that are registered, highest first. */
  readonly versions: readonly string[];
}

/**
 * Which releases to list; every condition must hold. Those on capability and data types must hold for one capability of
 * the release.
 * @publicApi
 */
export interface AgentFilter {
  readonly status?: AgentStatus;
  readonly capability?: string;
  /** The name of a data type that it takes, as one of several or as a part. */
  readonly inputType?: string;
  /** The name of a data type that it makes. */
  readonly outputType?: string;
  readonly region?: string;
  readonly tag?: string;
  /** `true`: only those that could serve now, their load aside; `false`: only the others. */
  readonly available?: boolean;
  /** A semantic version range, at most 100 characters. Finds an older version only with `allVersions`. */
  readonly version?: string;
  /** US dollars; leaves out agents that declare a higher `costPerTaskUsd`, not those that declare none. */
  readonly maxCostUsd?: number;
  /** Lists every version; without it only current releases. */
  readonly allVersions?: boolean;
}

/**
 * One capability and who provides it.
 * @publicApi
 */
export interface CapabilityInfo {
  readonly name: string;
  /** The contract of the first provider; others may be wider. */
  readonly capability: Capability;
  /** Current releases, in the order in which their agents were registered. */
  readonly providers: readonly AgentInfo[];
  /** How many of them could serve now, their load aside. */
  readonly availableCount: number;
}

/**
 * How to register an agent.
 * @publicApi
 */
export interface RegisterOptions {
  /**
   * Takes the place of a release of the same `name@version`, keeping its status, history and statistics; tasks under way
   * end where they began. Default `false`: that is a violation.
   */
  readonly replace?: boolean;
}

/**
 * How to unregister an agent.
 * @publicApi
 */
export interface UnregisterOptions {
  /** Which releases: a semantic version range; default: all of them. */
  readonly version?: string;
  /** Does not mind dependents, agents and workflows, nor tasks that outlast the drain. Default `false`. */
  readonly force?: boolean;
  /** Milliseconds to wait for tasks under way, from the call on, 0 to 3 600 000; default: the registry's `drainTimeoutMs`. */
  readonly drainTimeoutMs?: number;
  /** Recorded in the history, 1 to 500 characters that are not all blank; default `unregistered`. */
  readonly reason?: string;
}

/**
 * What came of a health check that somebody asked for.
 * @publicApi
 */
export interface HealthCheckOutcome {
  readonly agent: AgentInfo;
  /** `false` for an inactive agent, which is not asked. */
  readonly isChecked: boolean;
  /** The latest verdict. */
  readonly health?: HealthVerdict;
}
