import type { Cancel } from '../../common/index.js';
import { ClusterStore, type ClusterView, type HostedRelease } from '../../registry/index.js';

interface HostedHere {
  readonly hosted: HostedRelease;
  removedReason?: string;
}

/** A node that is alone. Several nodes of a test may share one: nobody of them dies without a word. */
export class MemoryClusterStore extends ClusterStore {
  /** By node, and by the ids of releases. */
  readonly #nodes = new Map<string, Map<string, HostedHere>>();
  readonly #listeners = new Set<() => void>();

  constructor(readonly isShared = false) {
    super();
  }

  async announce(node: string, releases: readonly HostedRelease[], fresh: readonly string[]): Promise<void> {
    const before = this.#nodes.get(node);
    const hosted = releases.map((release): [string, HostedHere] => {
      const id = idOf(release);
      const removedReason = fresh.includes(id) ? undefined : before?.get(id)?.removedReason;
      return [id, { hosted: structuredClone(release), removedReason }];
    });
    this.#nodes.set(node, new Map(hosted));
    this.#tell();
  }

  async look(node: string): Promise<ClusterView> {
    const own = this.#nodes.get(node);
    const removed = [...(own ?? [])].flatMap(([release, { removedReason: reason }]) =>
      reason === undefined ? [] : { release, reason },
    );
    return { elsewhere: this.#elsewhere(node), removed, isForgotten: own === undefined };
  }

  async remove(node: string, release: string, reason: string): Promise<void> {
    for (const [other, releases] of this.#nodes) {
      const found = other === node ? undefined : releases.get(release);
      if (found !== undefined) found.removedReason ??= reason;
    }
    this.#tell();
  }

  async leave(node: string): Promise<void> {
    this.#nodes.delete(node);
    this.#tell();
  }

  onChange(listener: () => void): Cancel {
    const subscription = (): void => listener();
    this.#listeners.add(subscription);
    return () => this.#listeners.delete(subscription);
  }

  #elsewhere(node: string): HostedRelease[] {
    return [...this.#nodes]
      .filter(([other]) => other !== node)
      .sort(byKey)
      .flatMap(([, releases]) => [...releases].sort(byKey))
      .flatMap(([, { hosted, removedReason }]) => (removedReason === undefined ? hosted : []));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const idOf = ({ name, version }: HostedRelease): string => `${name}@${version}`;

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
