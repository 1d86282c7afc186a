import type { EventBus } from '../../common/index.js';
import type { Obstacle, Release } from '../../registry/index.js';
import { TrafficEased } from '../health.events.js';

/**
 * What stands in the way of tasks to releases. Each release carries the first obstacle of each capability as a plain property, and
 * none at all while nothing is in the way.
 */
export class Obstacles {
  readonly #all = new WeakMap<Release, Map<string, readonly Obstacle[]>>();

  constructor(private readonly events: EventBus) {}

  /** In place of the one with the same code, if there is one. */
  put(release: Release, capability: string, obstacle: Obstacle): void {
    const others = this.#othersOf(release, capability, obstacle.code);
    this.#set(release, capability, [...others, obstacle]);
  }

  /** Those who wait are told when nothing is in the way any more. */
  remove(release: Release, capability: string, code: Obstacle['code']): void {
    if (release.obstacles === undefined || !release.obstacles.has(capability)) return;
    const others = this.#othersOf(release, capability, code);
    this.#set(release, capability, others);
    if (others.length === 0) this.events.publish(TrafficEased, { release, capability });
  }

  #othersOf(release: Release, capability: string, code: Obstacle['code']): Obstacle[] {
    const present = this.#all.get(release)?.get(capability) ?? [];
    return present.filter((other) => other.code !== code);
  }

  #set(release: Release, capability: string, obstacles: readonly Obstacle[]): void {
    const all = new Map(this.#all.get(release));
    if (obstacles.length > 0) all.set(capability, obstacles);
    else all.delete(capability);
    this.#all.set(release, all);
    const firsts = [...all].map(([name, [first]]) => [name, first as Obstacle] as const);
    release.obstacles = firsts.length > 0 ? new Map(firsts) : undefined;
  }
}
