import type { AgentManifest, HealthReport, ProvidedCapability, TaskContext } from '../agents/index.js';
import type { AgentStatus, LiveStatus } from '../status/index.js';

/** Gives the living object behind a release: one for all tasks, or one for each. */
export interface InstanceSource {
  readonly lifetime: 'shared' | 'per-task';
  /** Shared instances come at once, without a promise. */
  get(task?: TaskContext): object | Promise<object>;
}

/** The last verdict of a health check. */
export interface HealthVerdict extends HealthReport {
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  readonly durationMs: number;
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
  /** Takes no further tasks because it is about to leave. */
  isDraining = false;
  /** The highest version of its agent; set by the catalog. */
  isCurrent = false;
  health: HealthVerdict | undefined;
  #inFlight = 0;
  /** Attempts that were given up while the agent's code still ran past its grace time. */
  #abandoned = 0;
  readonly #idleWaiters = new Set<() => void>();

  constructor(
    readonly manifest: AgentManifest,
    readonly instances: InstanceSource,
    private readonly live: LiveStatus,
  ) {
    this.id = releaseId(manifest);
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

  /** Milliseconds since the epoch at which the status began. */
  get statusSince(): number {
    return this.live.since;
  }

  /** Tasks under way in this process. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get abandoned(): number {
    return this.#abandoned;
  }

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
    for (const resolve of this.#idleWaiters) resolve();
    this.#idleWaiters.clear();
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
