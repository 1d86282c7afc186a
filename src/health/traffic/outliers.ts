import type { Cancel, Clock, EventBus } from '../../common/index.js';
import type { AttemptObservation } from '../../metrics/index.js';
import { AgentUnregistered, HealthChanged, type Catalog, type Release } from '../../registry/index.js';
import { StatusChanged } from '../../status/index.js';
import { BreakerChanged, EjectionChanged } from '../health.events.js';
import type { ResolvedHealthOptions } from '../health.options.js';
import { CallWindow } from './call-window.js';
import type { Obstacles } from './obstacles.js';
import { findOutlier, standingOf, type Standing } from './outlier-rules.js';

/** What outlier detection works with. */
export interface OutliersParts {
  readonly catalog: Catalog;
  readonly obstacles: Obstacles;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly options: ResolvedHealthOptions['outliers'];
}

/** A release that is kept from a capability for a while. */
export interface Ejection {
  readonly capability: string;
  readonly reason: string;
  /** Milliseconds that it stays out. */
  readonly ejectedForMs: number;
}

/** One provider of a capability. */
interface Provider {
  readonly release: Release;
  readonly capability: string;
  readonly window: CallWindow;
  /** Times in a row that it was ejected; grows with each, and shrinks with each comparison that it stands. */
  ejections: number;
  ejected: { readonly untilMs: number; readonly reason: string; readonly cancelTimer: Cancel } | undefined;
}

/**
 * Compares the releases that provide the same capability by what came of their tasks, and keeps one that does far worse from them
 * for a while. It never ejects more than a share of them, and never the last one that could serve.
 */
export class Outliers {
  readonly #providers = new WeakMap<Release, Map<string, Provider>>();
  /** Those that are out. */
  readonly #ejected = new Set<Provider>();
  /** By capability, when its providers are compared next. */
  readonly #nextMs = new Map<string, number>();
  #cancels: Cancel[] = [];

  constructor(private readonly parts: OutliersParts) {}

  /** Follows what becomes of releases: one that is out may be needed. */
  open(): void {
    const { events } = this.parts;
    this.#cancels = [
      events.subscribe(StatusChanged, () => this.#bringBackNeeded()),
      events.subscribe(HealthChanged, () => this.#bringBackNeeded()),
      events.subscribe(BreakerChanged, () => this.#bringBackNeeded()),
      events.subscribe(AgentUnregistered, ({ release }) => this.#forget(release)),
    ];
  }

  close(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    for (const { ejected } of this.#ejected) ejected?.cancelTimer();
    this.#ejected.clear();
  }

  /** Learns from an attempt that has ended, and compares when it is time. */
  record({ release, capability, verdict, durationMs }: AttemptObservation, nowMs: number): void {
    if (verdict === 'excused') return;
    this.#providerOf(release, capability).window.record(nowMs, verdict === 'succeeded', durationMs);
    const nextMs = this.#nextMs.get(capability);
    if (nextMs !== undefined && nowMs < nextMs) return;
    this.#nextMs.set(capability, nowMs + this.parts.options.intervalMs);
    if (nextMs !== undefined) this.#compare(capability, nowMs);
  }

  /** From which capabilities a release is kept. */
  ejectionsOf(release: Release): Ejection[] {
    const nowMs = this.parts.clock.monotonicMs();
    return [...(this.#providers.get(release)?.values() ?? [])].flatMap(({ capability, ejected }) =>
      ejected === undefined
        ? []
        : [{ capability, reason: ejected.reason, ejectedForMs: Math.max(ejected.untilMs - nowMs, 0) }],
    );
  }

  #providerOf(release: Release, capability: string): Provider {
    let ofRelease = this.#providers.get(release);
    if (ofRelease === undefined) this.#providers.set(release, (ofRelease = new Map<string, Provider>()));
    let provider = ofRelease.get(capability);
    if (provider === undefined) {
      const window = new CallWindow(this.parts.options.windowMs);
      provider = { release, capability, window, ejections: 0, ejected: undefined };
      ofRelease.set(capability, provider);
    }
    return provider;
  }

  #compare(capability: string, nowMs: number): void {
    const { minimumHosts, minimumCalls } = this.parts.options;
    const rated = this.#servingOf(capability).flatMap((provider): [Provider, Standing][] => {
      const standing = standingOf(provider.window.totals(nowMs), minimumCalls);
      return standing === undefined ? [] : [[provider, standing]];
    });
    if (rated.length < minimumHosts) return;
    // The worst first: where only some may go, it is those.
    rated.sort(([, one], [, other]) => one.successRatio - other.successRatio);
    const staying = new Map(rated);
    for (const [provider, standing] of rated) {
      staying.delete(provider);
      const reason = findOutlier(standing, [...staying.values()], this.parts.options);
      if (reason !== undefined && this.#mayEject(capability)) {
        this.#eject(provider, reason, nowMs);
        if (staying.size <= 1) return;
        continue;
      }
      staying.set(provider, standing);
      if (reason === undefined) provider.ejections = Math.max(provider.ejections - 1, 0);
    }
  }

  /** Those who get tasks of a capability now, load aside. */
  #servingOf(capability: string): Provider[] {
    return this.parts.catalog.index
      .providersOf(capability)
      .filter((release) => canServe(release) && !release.obstacles?.has(capability))
      .map((release) => this.#providerOf(release, capability));
  }

  #mayEject(capability: string): boolean {
    const providers = this.parts.catalog.index.providersOf(capability);
    const ejected = providers.filter(
      (release) => this.#providerOf(release, capability).ejected !== undefined,
    );
    const most = Math.floor(providers.length * this.parts.options.maxEjectedRatio);
    return ejected.length < most && this.#servingOf(capability).length > 1;
  }

  #eject(provider: Provider, reason: string, nowMs: number): void {
    const { clock, obstacles, events, options } = this.parts;
    const { release, capability } = provider;
    provider.ejections += 1;
    const ejectedMs = Math.min(options.ejectionMs * provider.ejections, options.maxEjectionMs);
    const cancelTimer = clock.schedule(ejectedMs, () => this.#bringBack(provider, 'its time is over'));
    provider.ejected = { untilMs: nowMs + ejectedMs, reason, cancelTimer };
    this.#ejected.add(provider);
    obstacles.put(release, capability, { code: 'ejected', reason });
    events.publish(EjectionChanged, { release, capability, isEjected: true, reason, ejectedMs });
  }

  #bringBack(provider: Provider, reason: string): void {
    const { release, capability } = provider;
    provider.ejected?.cancelTimer();
    provider.ejected = undefined;
    this.#ejected.delete(provider);
    // It is judged by what it does from now on.
    provider.window.clear();
    const { obstacles, events } = this.parts;
    events.publish(EjectionChanged, { release, capability, isEjected: false, reason });
    obstacles.remove(release, capability, 'ejected');
  }

  /** Ends ejections from capabilities that nobody else can serve any more. */
  #bringBackNeeded(): void {
    const able = [...this.#ejected].filter(({ release }) => canServe(release));
    for (const provider of able) {
      if (this.#servingOf(provider.capability).length > 0) continue;
      this.#bringBack(provider, 'nobody else can serve');
    }
  }

  #forget(release: Release): void {
    for (const provider of this.#providers.get(release)?.values() ?? []) {
      provider.ejected?.cancelTimer();
      this.#ejected.delete(provider);
    }
    this.#providers.delete(release);
    this.#bringBackNeeded();
  }
}

function canServe({ status, isDraining, isUnwell }: Release): boolean {
  return status === 'active' && !isDraining && !isUnwell;
}
