import type {
  AgentManifest,
  HealthReport,
  ProbeKind,
  ProvidedCapability,
  TaskContext,
} from '../../agents/index.js';
import type { AgentStatus, LiveStatus, Trigger } from '../../status/index.js';

/** Gives the living object behind a release: one for all tasks, or one for each. */
export interface InstanceSource {
  readonly lifetime: 'shared' | 'per-task';
  /** `false` when no instance has a `healthCheck` or a probe, so that none is made only to be asked. Default: each is asked. */
  readonly hasHealthCheck?: boolean;
  /** Shared instances come at once, without a promise. Without a task, the instance is wanted for a health check. */
  get(task?: TaskContext): object | Promise<object>;
}

/**
 * What one probe found; frozen.
 * @publicApi
 */
export interface ProbeVerdict extends HealthReport {
  /** The method that was asked. */
  readonly name: string;
  /** `general` for `healthCheck()`. */
  readonly kind: ProbeKind | 'general';
  readonly durationMs: number;
}

/**
 * The last verdict of a health check; frozen.
 * @publicApi
 */
export interface HealthVerdict extends HealthReport {
  /** What each probe found, where the agent has any: `healthCheck()` first, then those marked with `@Probe`. */
  readonly probes?: readonly ProbeVerdict[];
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  /** From the question to the answer, or to the end of the time for it. */
  readonly durationMs: number;
}

/** Why a release gets no tasks of one capability, although its status allows it. */
export interface Obstacle {
  readonly code: 'breaker' | 'ejected';
  /** For people. */
  readonly reason: string;
}

/** Who has to hear of each task that a release gets while one of its capabilities is on trial. */
export interface Trials {
  /** The release has a slot for this task. */
  take(capability: string, taskId: string): void;
  /** The task did not come to an attempt. */
  giveBack(capability: string, taskId: string): void;
}

/**
 * One version of an agent in service: its manifest, its living provider, its live status and load.
 *
 * Strategies and filters read it on the task path, so everything they need is a plain property.
 */
export class Release {
  /** `name@version`. */
  readonly id: string;
  readonly capabilities: ReadonlyMap<string, ProvidedCapability>;
  /** As records name it; the same object in all of them. */
  readonly identity: { readonly agent: string; readonly version: string };
  /** Takes no further tasks because it is about to leave, or has left; set by the catalog. */
  isDraining = false;
  /** Takes the tasks of its agent, as the others stand by; set by the catalog. */
  isCurrent = false;
  health: HealthVerdict | undefined;
  /** The instances of this process failed their checks too often to get tasks; those of another one may be well. */
  isUnwell = false;
  /** By capability; `undefined` while nothing stands in the way, so that looking costs nothing. */
  obstacles: ReadonlyMap<string, Obstacle> | undefined;
  /** Only while a capability of it is on trial. */
  trials: Trials | undefined;
  /** By capability, why its performance keeps it from tasks of it for a while; `undefined` while it rests from none. */
  rests: ReadonlyMap<string, string> | undefined;
  #inFlight = 0;
  #abandoned = 0;
  readonly #idleWaiters = new Set<() => void>();

  constructor(
    readonly manifest: AgentManifest,
    readonly instances: InstanceSource,
    private readonly live: LiveStatus,
  ) {
    this.id = releaseId(manifest);
    this.identity = Object.freeze({ agent: manifest.name, version: manifest.version });
    this.capabilities = new Map(
      manifest.capabilities.map((provided) => [provided.capability.name, provided]),
    );
  }

  get name(): string {
    return this.manifest.name;
  }

  get version(): string {
    return this.manifest.version;
  }

  get status(): AgentStatus {
    return this.live.status;
  }

  /** Who gave the status. */
  get statusTrigger(): Trigger {
    return this.live.triggeredBy;
  }

  /** Milliseconds since the epoch at which the status began. */
  get statusSince(): number {
    return this.live.since;
  }

  /** Tasks under way in this process. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Attempts given up while the agent's code still ran past its grace time, since the release came in. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Tells whether another task may start now. */
  get hasFreeSlot(): boolean {
    return this.#inFlight < this.manifest.maxConcurrentTasks;
  }

  /** Takes a slot. The caller has checked {@link hasFreeSlot} in the same turn of the event loop. */
  occupySlot(): void {
    this.#inFlight += 1;
  }

  /** Gives a slot back. */
  vacateSlot(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0 || this.#idleWaiters.size === 0) return;
    // Emptied first: a callback may start a task and wait for its end in turn.
    const callbacks = [...this.#idleWaiters];
    this.#idleWaiters.clear();
    for (const callback of callbacks) callback();
  }

  /** Counts an attempt whose code did not end within its grace time. */
  countAbandoned(): void {
    this.#abandoned += 1;
  }

  /** Calls once no task is under way, at once when none is; the returned function takes the wish back. */
  onIdle(callback: () => void): () => void {
    if (this.#inFlight === 0) {
      callback();
      return () => {};
    }
    this.#idleWaiters.add(callback);
    return () => this.#idleWaiters.delete(callback);
  }
}

/** `name@version`, the id of a release. */
export function releaseId(manifest: { readonly name: string; readonly version: string }): string {
  return `${manifest.name}@${manifest.version}`;
}
