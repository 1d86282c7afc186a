import type { QuotaAnswer, QuotaGrant, QuotaRequest, QuotaUse } from '../../quotas/index.js';

/** Milliseconds for which what a node holds counts after its last word. */
export const QUOTA_LEASE_MS = 15_000;

const CALL = `select cadre.quota_call($1, $2, ${QUOTA_LEASE_MS}, $3::json, $4::json, $5::json) as reply`;

interface Row {
  readonly reply: {
    /** The database did not know the node: what it holds besides was not counted any more. */
    readonly is_new: boolean;
    readonly answers: readonly AnswerRow[];
  };
}

type AnswerRow =
  | { readonly periods: readonly number[] }
  | {
      readonly demand: number;
      readonly limit: 'rate' | 'concurrency' | 'tokens' | 'cost';
      readonly wait_ms: number | null;
    };

interface Ended {
  readonly key: string;
  readonly period_at: number;
  tokens: number;
  cost_usd: number;
}

/** Something that takes SQL. */
interface Session {
  query<T>(text: string, values: readonly unknown[], name: string): Promise<readonly T[]>;
}

/**
 * What a node says of its quotas to the database, one call after the other: what has ended, how much it holds, what it wants. Each
 * call says the whole truth of the accounts that it names, so that a word that was lost is made good by the next one.
 */
export class QuotaCalls {
  #number = 0;
  /** Attempts under way by account; those that came to 0 are told once more. */
  readonly #held = new Map<string, number>();
  /** Accounts of which something is to be told. */
  #touched = new Set<string>();
  /** Used less what was reserved, by account and period. */
  #ended = new Map<string, Ended>();
  /** What the last call has told, until it is answered. */
  #told: { readonly keys: ReadonlySet<string>; readonly ended: readonly Ended[] } | undefined;
  #values: readonly unknown[] = [];
  #isUnheard = false;

  constructor(
    private readonly session: Session,
    private readonly node: string,
  ) {}

  /** Whether the node holds anything, so that it has to be heard of. */
  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  /** Whether there is something to be told. */
  get hasNews(): boolean {
    return this.#touched.size > 0 || this.#told !== undefined || (this.#isUnheard && this.isHolding);
  }

  /** Takes a note of an attempt that has ended. */
  end({ demands, estimate }: QuotaRequest, { periods }: QuotaGrant, used: QuotaUse): void {
    for (const [index, { key }] of demands.entries()) {
      this.#held.set(key, (this.#held.get(key) ?? 1) - 1);
      this.#touched.add(key);
      const period = periods[index] ?? 0;
      if (period === 0) continue;
      const tokens = used.tokens - estimate.tokens;
      this.#add({ key, period_at: period, tokens, cost_usd: used.costUsd - estimate.costUsd });
    }
  }

  /**
   * Tells all there is to be told, and asks for what is wanted.
   * @param isRepeated the last call may or may not have been carried out; it is sent again as it was
   */
  async send(wanted: readonly QuotaRequest[], isRepeated: boolean): Promise<readonly QuotaAnswer[]> {
    if (!isRepeated) this.#prepare(wanted);
    const [row] = await this.session.query<Row>(CALL, this.#values, 'cadre_quota_call');
    const { is_new: isNew, answers } = row!.reply;
    this.#told = undefined;
    this.#isUnheard = isNew;
    return wanted.map((request, index) => this.#conclude(request, answers[index] as AnswerRow));
  }

  #add({ key, period_at: period, tokens, cost_usd: costUsd }: Ended): void {
    const id = `${period} ${key}`;
    const ended = this.#ended.get(id) ?? { key, period_at: period, tokens: 0, cost_usd: 0 };
    ended.tokens += tokens;
    ended.cost_usd += costUsd;
    this.#ended.set(id, ended);
  }

  #prepare(wanted: readonly QuotaRequest[]): void {
    this.#number += 1;
    // Of a call that was given up nobody knows whether it was heard: rather count twice what was used than not at all.
    for (const ended of this.#told?.ended ?? []) this.#add(ended);
    for (const key of this.#told?.keys ?? []) this.#touched.add(key);
    // The first words to a database that has forgotten the node, or does not know it yet, are all that it holds.
    const keys = new Set(this.#isUnheard ? this.#held.keys() : this.#touched);
    for (const { demands } of wanted) for (const { key } of demands) keys.add(key);
    const held = Object.fromEntries(Array.from(keys, (key) => [key, this.#held.get(key) ?? 0]));
    const ended = [...this.#ended.values()];
    this.#told = { keys, ended };
    this.#touched = new Set();
    this.#ended = new Map();
    for (const [key, count] of this.#held) if (count <= 0) this.#held.delete(key);
    this.#values = [
      this.node,
      this.#number,
      JSON.stringify(held),
      JSON.stringify(ended),
      JSON.stringify(wanted.map(toRow)),
    ];
  }

  #conclude({ demands }: QuotaRequest, row: AnswerRow): QuotaAnswer {
    if (!('periods' in row)) {
      const { demand, limit, wait_ms: waitMs } = row;
      return { isGranted: false, demand, limit, retryAfterMs: waitMs ?? undefined };
    }
    for (const { key } of demands) this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    return { isGranted: true, periods: row.periods };
  }
}

function toRow({ demands, estimate }: QuotaRequest): object {
  return {
    tokens: estimate.tokens,
    cost_usd: estimate.costUsd,
    demands: demands.map(({ key, quota, limits }, place) => ({
      key,
      quota,
      place,
      interval_ms: limits.intervalMs,
      tolerance_ms: limits.toleranceMs,
      max_running: limits.maxRunning,
      max_tokens: limits.maxTokens,
      max_cost_usd: limits.maxCostUsd,
      period: limits.period,
    })),
  };
}
