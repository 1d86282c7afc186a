import type { Cancel } from '../../common/index.js';
import { ClusterStore, type ClusterView, type HostedRelease } from '../../registry/index.js';

/** A node that is alone. Several nodes of a test may share one: nobody of them dies without a word. */
export class MemoryClusterStore extends ClusterStore {
  readonly #nodes = new Map<string, readonly HostedRelease[]>();
  readonly #removed = new Map<string, Map<string, string>>();
  readonly #listeners = new Set<() => void>();

  async announce(node: string, releases: readonly HostedRelease[]): Promise<void> {
    this.#nodes.set(node, releases);
    const removed = this.#removed.get(node);
    const ids = new Set(releases.map(idOf));
    for (const id of removed?.keys() ?? []) if (!ids.has(id)) removed?.delete(id);
    this.#tell();
  }

  async look(node: string): Promise<ClusterView> {
    const elsewhere = [...this.#nodes].flatMap(([other, releases]) => (other === node ? [] : releases));
    const removed = [...(this.#removed.get(node) ?? [])].map(([release, reason]) => ({ release, reason }));
    return { elsewhere, removed };
  }

  async remove(node: string, release: string, reason: string): Promise<void> {
    for (const [other, releases] of this.#nodes) {
      if (other === node || !releases.some((hosted) => idOf(hosted) === release)) continue;
      const removed = this.#removed.get(other) ?? new Map<string, string>();
      this.#removed.set(other, removed.set(release, reason));
    }
    this.#tell();
  }

  async leave(node: string): Promise<void> {
    this.#nodes.delete(node);
    this.#removed.delete(node);
    this.#tell();
  }

  onChange(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const idOf = ({ name, version }: HostedRelease): string => `${name}@${version}`;
