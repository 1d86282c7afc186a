import { nearestNames, type Clock, type Logger } from '../common/index.js';
import type { Catalog } from '../registry/index.js';
import { periodEnd, periodStart } from './ledger/calendar-period.js';
import type { QuotaBook, QuotaEntry, QuotaSource } from './quota-book.js';
import { resolveQuota } from './quota-definition.js';
import { valuesOfKey } from './quota-rule.js';
import { QuotaConfiguredError, UnknownQuotaError } from './quota.errors.js';
import type { QuotaStore } from './quota.store.js';
import type { Quota, QuotaAccount, QuotaDefinition } from './quota.types.js';

/** Accounts of one quota that are shown, the latest used ones. */
const MAX_ACCOUNTS = 100;

/** What is used of a quota. */
export interface QuotaUsage {
  /** The values that are counted here, where the quota's scope says `*`. */
  readonly scope: Readonly<Record<string, string>>;
  /** Attempts under way, on all nodes. */
  readonly running: number;
  /** In the present period: used, and reserved for attempts under way. */
  readonly tokens: number;
  readonly costUsd: number;
  /** Of a budget: its period, in milliseconds since the epoch. */
  readonly periodStartedAt?: number;
  readonly periodEndsAt?: number;
}

/**
 * A quota in force, and what is used of it.
 * @publicApi
 */
export interface QuotaInfo extends Quota {
  readonly source: QuotaSource;
  /** Names in its scope that nothing here has; it is in force all the same. */
  readonly warnings: readonly string[];
  /** The latest used ones, at most 100; one where the scope says no `*`, and none before the first use. */
  readonly usage: readonly QuotaUsage[];
}

/** What quotas work with. */
export interface QuotasParts {
  readonly store: QuotaStore;
  readonly book: QuotaBook;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Shows the quotas in force and what is used of them, and sets them at run time, for all nodes.
 * @publicApi
 */
export class Quotas {
  constructor(private readonly parts: QuotasParts) {}

  /** By id. */
  async list(): Promise<readonly QuotaInfo[]> {
    const entries = [...this.parts.book.entries().values()].sort((a, b) =>
      a.quota.id < b.quota.id ? -1 : 1,
    );
    return this.#describe(entries);
  }

  /** @throws QUOTA_UNKNOWN */
  async get(id: string): Promise<QuotaInfo> {
    const [info] = await this.#describe([this.#find(id)]);
    return info!;
  }

  /** Sets a quota, in place of one with its id; what was counted under that id stays counted. @throws QUOTA_INVALID with every problem */
  async put(definition: QuotaDefinition): Promise<QuotaInfo> {
    const quota = resolveQuota(definition);
    await this.parts.store.save(quota);
    await this.parts.book.load();
    const warnings = this.#warningsOf(quota);
    if (warnings.length > 0)
      this.parts.logger.warn('a quota names what is not there', { quota: quota.id, warnings });
    return this.get(quota.id);
  }

  /** One of the options with the same id counts again. @throws QUOTA_UNKNOWN, QUOTA_CONFIGURED */
  async remove(id: string): Promise<void> {
    const isRemoved = await this.parts.store.remove(id);
    await this.parts.book.load();
    if (isRemoved) return;
    this.#find(id);
    throw new QuotaConfiguredError(id);
  }

  /** Says in the log which quotas of the options name what is not there. */
  checkNames(): void {
    for (const { quota } of this.parts.book.entries().values()) {
      const warnings = this.#warningsOf(quota);
      if (warnings.length > 0)
        this.parts.logger.warn('a quota names what is not there', { quota: quota.id, warnings });
    }
  }

  #find(id: string): QuotaEntry {
    const entries = this.parts.book.entries();
    const entry = entries.get(id);
    if (entry === undefined) throw new UnknownQuotaError(id, nearestNames(id, [...entries.keys()]));
    return entry;
  }

  async #describe(entries: readonly QuotaEntry[]): Promise<readonly QuotaInfo[]> {
    const ids = entries.map(({ quota }) => quota.id);
    const now = this.parts.clock.now();
    const accounts = await this.parts.store.accounts(ids, MAX_ACCOUNTS);
    return entries.map(({ quota, source }) => ({
      ...quota,
      source,
      warnings: this.#warningsOf(quota),
      usage: accounts
        .filter((account) => account.quota === quota.id)
        .map((account) => toUsage(quota, account, now)),
    }));
  }

  /** Workflows and tenants are known to nobody here. */
  #warningsOf({ scope: { agent, capability } }: Quota): string[] {
    const { catalog } = this.parts;
    const warnings: string[] = [];
    if (agent !== undefined && agent !== '*' && !catalog.all().some(({ name }) => name === agent)) {
      warnings.push(`there is no agent "${agent}" on this node`);
    }
    if (capability !== undefined && capability !== '*' && catalog.index.entry(capability) === undefined) {
      warnings.push(`there is no capability "${capability}" on this node`);
    }
    return warnings;
  }
}

/** An account is as it was last used; when its period is over since then, nothing is used of the present one. */
function toUsage(quota: Quota, account: QuotaAccount, now: number): QuotaUsage {
  const { key, running, tokens, periodAt } = account;
  // Sums of many small amounts are a little off.
  const costUsd = Math.round(account.costUsd * 1e9) / 1e9;
  const { period } = quota;
  const scope = valuesOfKey(quota, key);
  if (periodAt === undefined || period === undefined) return { scope, running, tokens: 0, costUsd: 0 };
  const isOver = periodEnd(period, periodAt) <= now;
  return {
    scope,
    running,
    tokens: isOver ? 0 : tokens,
    costUsd: isOver ? 0 : costUsd,
    periodStartedAt: isOver ? periodStart(period, now) : periodAt,
    periodEndsAt: periodEnd(period, isOver ? now : periodAt),
  };
}
