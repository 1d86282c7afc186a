import { messageOf, type Cancel, type Clock, type EventBus, type Logger } from '../common/index.js';
import { QuotasChanged } from './quota.events.js';
import type { QuotaStore } from './quota.store.js';
import type { Quota } from './quota.types.js';
import { toRules, type QuotaClaim, type QuotaRule } from './quota-rule.js';

/** Between two tries to read the store after a change that could not be read. */
const RELOAD_DELAY_MS = 1_000;

const NONE: readonly QuotaRule[] = Object.freeze([]);

/** Where a quota comes from. */
export type QuotaSource = 'options' | 'stored';

/** A quota in force. */
export interface QuotaEntry {
  readonly quota: Quota;
  readonly source: QuotaSource;
}

/** What the book works with. */
export interface QuotaBookParts {
  readonly store: QuotaStore;
  /** Those of the application's options. */
  readonly configured: readonly Quota[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventBus;
}

/**
 * The quotas in force: those of the options, and those that were set at run time, which count in place of one of the options with
 * the same id. Follows what other nodes set.
 */
export class QuotaBook {
  #entries: ReadonlyMap<string, QuotaEntry>;
  #rules: readonly QuotaRule[];
  /** What may concern a task of each capability; worked out when first asked for. */
  readonly #byCapability = new Map<string, readonly QuotaRule[]>();
  /** Loads follow each other: an older answer never overwrites a newer one. */
  #loading: Promise<void> = Promise.resolve();
  #stopListening: Cancel | undefined;
  #cancelRetry: Cancel | undefined;

  constructor(private readonly parts: QuotaBookParts) {
    this.#entries = merge(parts.configured, []);
    this.#rules = toRules(parts.configured);
  }

  /** Takes in what is stored, and goes on to follow it. @throws DATABASE_UNAVAILABLE */
  async open(): Promise<void> {
    this.#stopListening = this.parts.store.onChange(() => void this.#follow());
    await this.load();
  }

  close(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#cancelRetry?.();
  }

  /** Reads the store again. @throws DATABASE_UNAVAILABLE */
  load(): Promise<void> {
    const loading = this.#loading.then(() => this.#read());
    this.#loading = loading.catch(() => {});
    return loading;
  }

  /** The quotas in force, by id. */
  entries(): ReadonlyMap<string, QuotaEntry> {
    return this.#entries;
  }

  /** What a task falls under, whoever does it. One look-up where there is nothing. */
  rulesFor(claim: QuotaClaim): readonly QuotaRule[] {
    if (this.#rules.length === 0) return NONE;
    let rules = this.#byCapability.get(claim.capability);
    if (rules === undefined) {
      const { capability } = claim;
      rules = this.#rules.filter(({ quota: { scope } }) =>
        [undefined, '*', capability].includes(scope.capability),
      );
      this.#byCapability.set(capability, rules);
    }
    return rules.length === 0 ? NONE : rules.filter((rule) => rule.fits(claim));
  }

  async #read(): Promise<void> {
    const stored = await this.parts.store.all();
    this.#entries = merge(this.parts.configured, stored);
    this.#rules = toRules([...this.#entries.values()].map(({ quota }) => quota));
    this.#byCapability.clear();
    this.parts.events.publish(QuotasChanged, { ids: [...this.#entries.keys()] });
  }

  async #follow(): Promise<void> {
    this.#cancelRetry?.();
    try {
      await this.load();
    } catch (error) {
      this.parts.logger.warn('quotas that have changed could not be read yet', { error: messageOf(error) });
      if (this.#stopListening === undefined) return;
      this.#cancelRetry = this.parts.clock.schedule(RELOAD_DELAY_MS, () => void this.#follow());
    }
  }
}

function merge(configured: readonly Quota[], stored: readonly Quota[]): ReadonlyMap<string, QuotaEntry> {
  const entries: QuotaEntry[] = [
    ...configured.map((quota) => ({ quota, source: 'options' as const })),
    ...stored.map((quota) => ({ quota, source: 'stored' as const })),
  ];
  return new Map(entries.map((entry) => [entry.quota.id, entry]));
}
