import type { Cancel } from '../../common/index.js';

/** What a node tells others of a release that it hosts. */
export interface HostedRelease {
  readonly name: string;
  readonly version: string;
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
  /** Releases that other nodes host, of nodes that are alive. */
  readonly elsewhere: readonly HostedRelease[];
  /** Releases that this node hosts and that were taken out of service on another one, with the reason. */
  readonly removed: readonly { readonly release: string; readonly reason: string }[];
}

/** Keeps which node hosts what. A node that has not been heard of for {@link NODE_LIFETIME_MS} counts as gone. */
export abstract class ClusterStore {
  /** Says all that a node hosts, in place of what it said before, and that it is alive. */
  abstract announce(node: string, releases: readonly HostedRelease[]): Promise<void>;

  /** Says that a node is alive, and gives what it is to know. */
  abstract look(node: string): Promise<ClusterView>;

  /** Takes a release, by its id, out of service on all nodes but this one. */
  abstract remove(node: string, release: string, reason: string): Promise<void>;

  /** The node is about to end. */
  abstract leave(node: string): Promise<void>;

  /** Hears of changes that other nodes made. */
  abstract onChange(listener: () => void): Cancel;
}

/** Milliseconds after its last sign of life at which a node counts as gone. */
export const NODE_LIFETIME_MS = 15_000;
