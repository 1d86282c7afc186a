import type { Cancel } from '../../common/index.js';

/** What a node tells others of a release that it hosts. */
export interface HostedRelease {
  readonly name: string;
  readonly version: string;
  /** The release that takes its agent's tasks there; the others serve only when pinned. */
  readonly isCurrent: boolean;
  /** It could serve, its load aside. */
  readonly isAvailable: boolean;
  /** Its instances there pass their health checks. */
  readonly isHealthy?: boolean;
  /** Slots of it there; unknown of nodes of an earlier version. */
  readonly maxConcurrentTasks?: number;
  readonly region?: string;
  readonly tags: readonly string[];
  readonly capabilities: readonly HostedCapability[];
}

/** A capability by its name and the names of its data types. */
export interface HostedCapability {
  readonly name: string;
  readonly inputTypes: readonly string[];
  readonly outputTypes: readonly string[];
}

/** What a node is to know of the others. */
export interface ClusterView {
  /** Releases that other nodes host, of nodes that are alive, in the order of nodes and ids. */
  readonly elsewhere: readonly HostedRelease[];
  /** Releases, by their ids, that this node hosts and that were taken out of service on another one, with the reason. */
  readonly removed: readonly { readonly release: string; readonly reason: string }[];
  /** The node was silent for so long that what it hosts is known no more: it has to be announced again. */
  readonly isForgotten: boolean;
}

/** Keeps which node hosts what. A node that has not been heard of for {@link NODE_LIFETIME_MS} counts as gone. */
export abstract class ClusterStore {
  /** Whether there can be other nodes at all. */
  abstract readonly isShared: boolean;

  /**
   * Says all that a node hosts, in place of what it said before, and that it is alive.
   * @param fresh ids of those that were registered since: a removal from before that counts no more
   */
  abstract announce(
    node: string,
    releases: readonly HostedRelease[],
    fresh: readonly string[],
  ): Promise<void>;

  /** Says that a node is alive, and gives what it is to know. */
  abstract look(node: string): Promise<ClusterView>;

  /** Takes a release, by its id, out of service on all nodes but this one. */
  abstract remove(node: string, release: string, reason: string): Promise<void>;

  /** The node is about to end. */
  abstract leave(node: string): Promise<void>;

  /** Hears, soon after, of changes that other nodes made; now and then also where nothing has changed. */
  abstract onChange(listener: () => void): Cancel;
}

/** Milliseconds after its last sign of life at which a node counts as gone. */
export const NODE_LIFETIME_MS = 15_000;
