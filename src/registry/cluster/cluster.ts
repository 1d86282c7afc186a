import { messageOf, newId, type Cancel, type Clock, type EventBus, type Logger } from '../../common/index.js';
import { StatusChanged } from '../../status/index.js';
import type { Withdrawal } from '../admission/withdrawal.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Release } from '../catalog/release.js';
import {
  AgentDrainChanged,
  AgentRegistered,
  AgentUnregistered,
  ClusterChanged,
  HealthChanged,
} from '../registry.events.js';
import type { ClusterStore } from './cluster.store.js';
import type { Neighbors } from './neighbors.js';
import { toHosted } from './to-hosted.js';

/** Milliseconds between two signs of life. */
const BEAT_EVERY_MS = 5_000;

/** What a cluster works with. */
export interface ClusterParts {
  readonly store: ClusterStore;
  readonly neighbors: Neighbors;
  readonly catalog: Catalog;
  readonly withdrawal: Pick<Withdrawal, 'follow'>;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The nodes around this one: tells them what is hosted here, hears what they host, and takes releases out of service everywhere
 * that were removed on one of them.
 */
export class Cluster {
  /** Of this node, as long as its process lives. */
  readonly node = newId();
  #cancels: Cancel[] = [];
  #cancelBeat: Cancel = () => {};
  #isOpen = false;
  #willAnnounce = false;
  /** What others were told last; undefined when they are to be told in any case. */
  #announced: string | undefined;
  /** Ids of releases that came in since. */
  #fresh = new Set<string>();
  /** Removals, with their reasons, that others are to be told of. */
  readonly #removals = new Map<string, string>();
  /** Announcements and looks follow each other. */
  #turn: Promise<void> = Promise.resolve();
  /** Releases that leave because they were removed elsewhere. */
  readonly #following = new WeakSet<Release>();

  constructor(private readonly parts: ClusterParts) {}

  /** Whether there can be other nodes at all. */
  get isShared(): boolean {
    return this.parts.store.isShared;
  }

  /** Hears what others host, before anything is hosted here. Never rejects. */
  async hear(): Promise<void> {
    const { store, neighbors } = this.parts;
    if (!this.isShared) return;
    await this.#do(async () => void neighbors.hear((await store.look(this.node)).elsewhere));
  }

  /** Says what is hosted here, once it is, and goes on to follow the others. */
  async open(): Promise<void> {
    const { events, store } = this.parts;
    this.#isOpen = true;
    const announceSoon = (): void => this.#announceSoon();
    this.#cancels = [
      events.subscribe(AgentRegistered, ({ release }) => {
        this.#fresh.add(release.id);
        this.#announceSoon();
      }),
      events.subscribe(AgentUnregistered, ({ release, reason }) => this.#onUnregistered(release, reason)),
      events.subscribe(AgentDrainChanged, announceSoon),
      events.subscribe(StatusChanged, announceSoon),
      events.subscribe(HealthChanged, announceSoon),
      store.onChange(() => void this.#do(() => this.#look())),
    ];
    await this.#do(() => this.#announce());
    this.#beat();
  }

  /** Others count this node as gone from now on. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelBeat();
    for (const cancel of this.#cancels.splice(0)) cancel();
    await this.#do(() => this.parts.store.leave(this.node));
  }

  #beat(): void {
    if (!this.#isOpen) return;
    this.#cancelBeat = this.parts.clock.schedule(BEAT_EVERY_MS, () => {
      void this.#do(() => this.#look()).then(() => this.#beat());
    });
  }

  /** What changes at once is told of at once. */
  #announceSoon(): void {
    if (this.#willAnnounce) return;
    this.#willAnnounce = true;
    void this.#do(() => this.#announce());
  }

  async #announce(): Promise<void> {
    this.#willAnnounce = false;
    const { catalog, store } = this.parts;
    const releases = catalog.all().map((release) => toHosted(release, catalog));
    const text = JSON.stringify(releases);
    const fresh = this.#fresh;
    if (text === this.#announced && fresh.size === 0) return;
    this.#fresh = new Set();
    this.#announced = undefined;
    try {
      await store.announce(this.node, releases, [...fresh]);
    } catch (error) {
      for (const id of fresh) this.#fresh.add(id);
      throw error;
    }
    this.#announced = text;
    await this.#look();
  }

  async #look(): Promise<void> {
    const { store, neighbors, events } = this.parts;
    await this.#tellRemovals();
    const { elsewhere, removed, isForgotten } = await store.look(this.node);
    const gained = neighbors.hear(elsewhere);
    for (const { release, reason } of removed) this.#follow(release, reason);
    if (gained !== undefined) events.publish(ClusterChanged, { gained });
    // Also where the last announcement failed.
    if (isForgotten) this.#announced = undefined;
    if (this.#announced === undefined && this.#isOpen) this.#announceSoon();
  }

  #onUnregistered(release: Release, reason: string): void {
    this.#fresh.delete(release.id);
    if (this.#following.has(release)) return this.#announceSoon();
    this.#removals.set(release.id, reason);
    void this.#do(() => this.#tellRemovals());
    this.#announceSoon();
  }

  async #tellRemovals(): Promise<void> {
    for (const [id, reason] of this.#removals) {
      await this.parts.store.remove(this.node, id, reason);
      this.#removals.delete(id);
    }
  }

  /** Not waited for by whoever noticed it: tasks under way may take their time. */
  #follow(id: string, reason: string): void {
    const { catalog, withdrawal } = this.parts;
    const release = catalog.all().find((known) => known.id === id);
    // One that has come in since it was removed stays: so it will be announced.
    if (release === undefined || this.#following.has(release) || this.#fresh.has(id)) return;
    this.#following.add(release);
    withdrawal.follow(release, reason).catch((error: unknown) => {
      this.#following.delete(release);
      this.#warn(error);
    });
  }

  /** Never rejects: the next beat tries again. */
  #do(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((error: unknown) => this.#warn(error));
    return this.#turn;
  }

  #warn(error: unknown): void {
    this.parts.logger.warn('other nodes could not be told or heard', { error: messageOf(error) });
  }
}
