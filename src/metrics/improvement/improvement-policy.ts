import { messageOf, type Cancel, type Clock, type EventBus, type Logger } from '../../common/index.js';
import type { Catalog, Checkups, Release } from '../../registry/index.js';
import type { LiveStatus, StatusService } from '../../status/index.js';
import { Measures } from '../measures/measures.js';
import { PerformanceReviewed } from '../metrics.events.js';
import type { ImprovementOptions, ReviewOptions } from '../metrics.options.js';
import { successRatioOf, type SuccessRatio } from '../reviews/comparisons.js';
import { MINUTE_MS, type MeasuresGroup, type PerformanceStore } from '../rollups/performance.store.js';
import { Rests } from './rests.js';

/** What the policy works with. */
export interface ImprovementPolicyParts {
  readonly store: PerformanceStore;
  readonly catalog: Catalog;
  readonly status: StatusService;
  readonly checkups: Checkups;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly review: ReviewOptions;
  readonly options: ImprovementOptions;
}

/** A capability at which a release succeeds too rarely, beyond doubt. */
interface Shortfall {
  readonly capability: string;
  readonly successRatio: SuccessRatio;
}

const TRIGGER = 'performance-review';

/** Within which earlier absences make the next one longer. */
const RELAPSE_HOURS = 24;

/**
 * Takes releases out of service that succeed too rarely, and puts them back after a while: at single capabilities where they can do
 * others, as a whole (`maintenance`) where they can do none.
 *
 * What counts are attempts of all nodes since the release is active, so that one that is back starts anew; nobody is taken out whose
 * 95 % interval reaches the least share. An absence lasts twice as long as the one before, and ends with a health check. What a
 * person has set is left alone.
 */
export class ImprovementPolicy {
  readonly #rests: Rests;
  #cancel: Cancel = () => {};
  #isOpen = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ImprovementPolicyParts) {
    this.#rests = new Rests(parts.options);
  }

  open(): void {
    this.#isOpen = this.parts.options.isEnabled;
    this.#plan();
  }

  /** No change is begun after this. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#cancel();
    await this.#turn;
  }

  /** Looks at every release once. Never rejects. */
  act(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#lookAtAll());
    return this.#turn;
  }

  #plan(): void {
    if (!this.#isOpen) return;
    this.#cancel = this.parts.clock.schedule(this.parts.options.everyMs, () => {
      void this.act().then(() => this.#plan());
    });
  }

  async #lookAtAll(): Promise<void> {
    const { store, catalog, options } = this.parts;
    await this.#contain(async () => {
      const nowAt = store.clock.now();
      const window = { fromAt: nowAt - options.windowMs, toAt: nowAt + MINUTE_MS };
      const by = ['release', 'capability'] as const;
      const groups = await store.read({ ...window, by, everyMs: MINUTE_MS, isBrief: true });
      const byRelease = Map.groupBy(groups, ({ key }) => key.release ?? '');
      for (const release of catalog.all()) {
        await this.#contain(() => this.#lookAt(release, byRelease.get(release.id) ?? [], nowAt));
      }
    });
  }

  /** What goes wrong with one release is not the others' affair. */
  async #contain(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.parts.logger.warn('performance could not be reviewed', { error: messageOf(error) });
    }
  }

  async #lookAt(release: Release, groups: readonly MeasuresGroup[], nowAt: number): Promise<void> {
    const live = this.parts.status.find(release.id);
    if (live?.status === 'active') return this.#judge(release, groups, nowAt);
    this.#rests.clear(release);
    if (live !== undefined && isOut(live)) await this.#considerReturn(release, live, nowAt);
  }

  async #judge(release: Release, groups: readonly MeasuresGroup[], nowAt: number): Promise<void> {
    const back = this.#rests.endDue(release, this.parts.clock.monotonicMs(), nowAt);
    if (back.length > 0) this.#tellReturn(release, back);
    const short = [...release.capabilities.keys()].flatMap(
      (capability) => this.#findShortfall(release, capability, groups) ?? [],
    );
    if (short.length === 0) return;
    const resting = this.#rests.of(release);
    const isAll = short.length + resting.length === release.capabilities.size;
    if (isAll) await this.#takeOut(release, short);
    else this.#rest(release, short);
  }

  #findShortfall(
    release: Release,
    capability: string,
    groups: readonly MeasuresGroup[],
  ): Shortfall | undefined {
    if (this.#rests.of(release).includes(capability)) return undefined;
    const { minSamples, minSuccessRatio } = this.parts.review;
    const fromAt = this.#freshFrom(release, capability);
    const fresh = groups.filter(({ key, at }) => key.capability === capability && at >= fromAt);
    const { succeeded, failed } = Measures.merged(fresh.map(({ measures }) => measures));
    const successRatio = successRatioOf(succeeded, failed);
    const isShort = succeeded + failed >= minSamples && successRatio!.high < minSuccessRatio;
    return isShort ? { capability, successRatio: successRatio! } : undefined;
  }

  /** When the first minute began that is all of this time in service: the one in which it came back has attempts from before. */
  #freshFrom(release: Release, capability: string): number {
    const { since = 0, triggeredBy } = this.parts.status.find(release.id) ?? {};
    const returnedAt = this.#rests.returnedAt(release, capability);
    const isFirst = returnedAt === 0 && triggeredBy === 'system';
    const minuteAt = Math.floor(Math.max(since, returnedAt) / MINUTE_MS) * MINUTE_MS;
    return isFirst ? minuteAt : minuteAt + MINUTE_MS;
  }

  #rest(release: Release, short: readonly Shortfall[]): void {
    for (const shortfall of short) {
      const { capability, successRatio } = shortfall;
      const reason = this.#reasonOf(shortfall);
      this.#rests.begin(release, capability, { reason, nowMs: this.parts.clock.monotonicMs() });
      const told = { release, action: 'rest', capabilities: [capability], reason, successRatio } as const;
      this.parts.events.publish(PerformanceReviewed, told);
    }
  }

  async #takeOut(release: Release, short: readonly Shortfall[]): Promise<void> {
    const { status, events } = this.parts;
    const [first] = short as [Shortfall];
    const reason = this.#reasonOf(first).slice(0, 500);
    const cause = { reason, triggeredBy: TRIGGER } as const;
    const isStillActive = (live: LiveStatus): boolean => live.status === 'active';
    const entry = await status.change(release.id, 'maintenance', cause, isStillActive);
    this.#rests.clear(release);
    if (entry === undefined) return;
    const { successRatio } = first;
    const capabilities = [...release.capabilities.keys()];
    events.publish(PerformanceReviewed, {
      release,
      action: 'maintenance',
      capabilities,
      reason,
      successRatio,
    });
  }

  async #considerReturn(release: Release, live: LiveStatus, nowAt: number): Promise<void> {
    const { status, checkups } = this.parts;
    const { since } = live;
    if (nowAt - since < (await this.#holdMsOf(release))) return;
    await checkups.check(release);
    if (release.health?.healthy === false || release.isUnwell) return;
    const reason = 'Back after its time for improvement; it starts anew';
    // Somebody may have set something else while its health was checked.
    const isStillOut = (now: LiveStatus): boolean => isOut(now) && now.since === since;
    const cause = { reason, triggeredBy: TRIGGER } as const;
    const entry = await status.change(release.id, 'active', cause, isStillOut);
    if (entry !== undefined) this.#tellReturn(release, [...release.capabilities.keys()]);
  }

  async #holdMsOf(release: Release): Promise<number> {
    const { items } = await this.parts.status.history(release.id, {
      hours: RELAPSE_HOURS,
      limit: 500,
      kinds: ['changed'],
    });
    const absences = items.filter(
      (entry) => entry.kind === 'changed' && entry.to === 'maintenance' && entry.triggeredBy === TRIGGER,
    );
    const { holdMs, maxHoldMs } = this.parts.options;
    return Math.min(maxHoldMs, holdMs * 2 ** (absences.length - 1));
  }

  #tellReturn(release: Release, capabilities: readonly string[]): void {
    const reason = 'Back after its time for improvement; it starts anew';
    this.parts.events.publish(PerformanceReviewed, { release, action: 'return', capabilities, reason });
  }

  #reasonOf({ capability, successRatio }: Shortfall): string {
    const { value, low, high, count } = successRatio;
    const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;
    return `Low success rate - needs improvement: ${percent(value)} of ${count} attempts at "${capability}" succeeded (${percent(low)} to ${percent(high)}), less than ${percent(this.parts.review.minSuccessRatio)}`;
  }
}

function isOut({ status, triggeredBy }: LiveStatus): boolean {
  return status === 'maintenance' && triggeredBy === TRIGGER;
}
