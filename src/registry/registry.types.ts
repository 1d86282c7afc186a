import type { AgentManifest, Capability } from '../agents/index.js';
import type { AgentStatus } from '../status/index.js';
import type { HealthVerdict } from './release.js';

/** Everything known of one release at one moment; a copy. */
export interface AgentInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly manifest: AgentManifest;
  /** The release that takes the agent's tasks; the others serve only when pinned. */
  readonly isCurrent: boolean;
  /** Active, not about to leave, and with all dependencies available. */
  readonly isAvailable: boolean;
  readonly status: AgentStatus;
  /** Milliseconds since the epoch. */
  readonly statusSince: number;
  readonly load: {
    readonly inFlight: number;
    readonly maxConcurrentTasks: number;
    /** Attempts given up while the agent's code still ran past its grace time, since the start of the process. */
    readonly abandoned: number;
  };
  readonly health?: HealthVerdict;
  /** All versions of the agent that are registered, highest first. */
  readonly versions: readonly string[];
}

/** Which releases to list; every condition must hold. */
export interface AgentFilter {
  readonly status?: AgentStatus;
  readonly capability?: string;
  readonly inputType?: string;
  readonly outputType?: string;
  readonly region?: string;
  readonly tag?: string;
  readonly available?: boolean;
  /** A semantic version range. */
  readonly version?: string;
  /** US dollars; leaves out agents that declare a higher cost. */
  readonly maxCostUsd?: number;
  /** Lists every version; without it only current releases. */
  readonly allVersions?: boolean;
}

/** One capability and who provides it. */
export interface CapabilityInfo {
  readonly name: string;
  readonly capability: Capability;
  readonly providers: readonly AgentInfo[];
  readonly availableCount: number;
}

export interface RegisterOptions {
  /** Takes the place of a release of the same `name@version`, keeping its status, history and statistics. Default `false`. */
  readonly replace?: boolean;
}

export interface UnregisterOptions {
  /** Which releases: a semantic version range; default: all of them. */
  readonly version?: string;
  /** Does not mind dependents, nor tasks that outlast the drain. Default `false`. */
  readonly force?: boolean;
  /** Milliseconds to wait for tasks under way; default: the registry's `drainTimeoutMs`. */
  readonly drainTimeoutMs?: number;
  /** Recorded in the history; default `unregistered`. */
  readonly reason?: string;
}

/** What came of a health check that somebody asked for. */
export interface HealthCheckOutcome {
  readonly agent: AgentInfo;
  /** `false` for an inactive agent, which is not asked. */
  readonly isChecked: boolean;
  readonly health?: HealthVerdict;
}
