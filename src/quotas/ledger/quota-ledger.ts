import type { QuotaAccount } from '../quota.types.js';
import { periodEnd, periodStart } from './calendar-period.js';
import type {
  AccountLimits,
  QuotaAnswer,
  QuotaGrant,
  QuotaRefusal,
  QuotaRequest,
  QuotaUse,
} from './ledger.types.js';

/** Sums of many small amounts are a little off; nobody is refused for that. */
const SLACK_RATIO = 1e-9;

/** After so many new accounts, those are looked for that say nothing any more. */
const PRUNE_EVERY = 1_000;

/** Milliseconds for which the account of a budget is kept after its last use: longer than any period. */
const BUDGET_KEPT_MS = 32 * 86_400_000;

interface Account {
  readonly quota: string;
  readonly key: string;
  running: number;
  tokens: number;
  costUsd: number;
  periodAt: number;
  /** When the next attempt is due at the steady rate, in milliseconds since the epoch. */
  theoreticalAt: number;
  usedAt: number;
}

type Refusal = Omit<QuotaRefusal, 'demand' | 'isGranted'>;

/**
 * The rules of quotas, over accounts in memory.
 *
 * The rate is the generic cell rate algorithm (ITU-T I.371, virtual scheduling): an account knows when its next attempt is due
 * at the steady rate, and lets one come early by the tolerance at most. So in any time W at most `1 + (W + tolerance) / interval`
 * begin. Budgets are kept by period: a reservation counts its estimate, its settlement what was used, both in the period of the
 * reservation. The store in SQL has the same rules as a function of the database (`cadre.quota_call`), and passes the same tests.
 */
export class QuotaLedger {
  readonly #accounts = new Map<string, Account>();
  #opened = 0;

  /** Grants all demands, or touches no account. @param now milliseconds since the epoch */
  reserve(request: QuotaRequest, now: number): QuotaAnswer {
    const accounts = request.demands.map(({ key, quota, limits }) => {
      const account = this.#open(key, quota, now);
      turn(account, limits, now);
      return account;
    });
    const refusal = this.peek(request, now);
    if (refusal !== undefined) return refusal;
    const periods = request.demands.map(({ limits }, index) => {
      const account = accounts[index] as Account;
      occupy(account, limits, request.estimate, now);
      return limits.period === undefined ? 0 : account.periodAt;
    });
    return { isGranted: true, periods };
  }

  /** Why a request would be refused; touches nothing. */
  peek({ demands, estimate }: QuotaRequest, now: number): QuotaRefusal | undefined {
    for (const [demand, { key, quota, limits }] of demands.entries()) {
      const account = { ...(this.#accounts.get(key) ?? newAccount(key, quota, now)) };
      turn(account, limits, now);
      const refusal = refuse(account, limits, estimate, now);
      if (refusal !== undefined) return { isGranted: false, demand, ...refusal };
    }
    return undefined;
  }

  /** Ends a reservation: what was reserved is replaced by what was used. A period that is over is not changed any more. */
  settle({ demands, estimate }: QuotaRequest, { periods }: QuotaGrant, used: QuotaUse): void {
    for (const [index, { key }] of demands.entries()) {
      const account = this.#accounts.get(key);
      if (account === undefined) continue;
      account.running = Math.max(account.running - 1, 0);
      if (account.periodAt !== periods[index] || account.periodAt === 0) continue;
      account.tokens = Math.max(account.tokens + used.tokens - estimate.tokens, 0);
      account.costUsd = Math.max(account.costUsd + used.costUsd - estimate.costUsd, 0);
    }
  }

  /** What is counted under these quotas, the latest used first, at most so many of each. */
  accounts(quotas: ReadonlySet<string>, limit: number): QuotaAccount[] {
    const left = new Map<string, number>();
    return [...this.#accounts.values()]
      .filter(({ quota }) => quotas.has(quota))
      .sort((a, b) => b.usedAt - a.usedAt)
      .filter(({ quota }) => {
        left.set(quota, (left.get(quota) ?? limit) - 1);
        return left.get(quota)! >= 0;
      })
      .map(({ quota, key, running, tokens, costUsd, periodAt }) => ({
        quota,
        key,
        running,
        tokens,
        costUsd,
        periodAt: periodAt === 0 ? undefined : periodAt,
      }));
  }

  #open(key: string, quota: string, now: number): Account {
    const found = this.#accounts.get(key);
    if (found !== undefined) return found;
    this.#opened += 1;
    if (this.#opened % PRUNE_EVERY === 0) this.#prune(now);
    const account = newAccount(key, quota, now);
    this.#accounts.set(key, account);
    return account;
  }

  /** Forgets accounts that a new one would stand for as well: nothing under way, the rate at rest, no budget of late. */
  #prune(now: number): void {
    for (const [key, { running, theoreticalAt, periodAt, usedAt }] of this.#accounts) {
      const hasBudget = periodAt !== 0 && usedAt > now - BUDGET_KEPT_MS;
      if (running === 0 && theoreticalAt <= now && !hasBudget) this.#accounts.delete(key);
    }
  }
}

function newAccount(key: string, quota: string, now: number): Account {
  return { quota, key, running: 0, tokens: 0, costUsd: 0, periodAt: 0, theoreticalAt: 0, usedAt: now };
}

/**
 * Brings an account to the present. A later period begins at nothing. When the clock was set back into an earlier one, the later
 * one goes on, so that no budget can be used twice. What lies further ahead than the next period was written by a clock that was
 * far ahead, and is counted in the present one. So with the rate: what is due later than it can be was written by such a clock.
 */
function turn(
  account: Account,
  { period, intervalMs = 0, toleranceMs = 0 }: AccountLimits,
  now: number,
): void {
  account.theoreticalAt = Math.min(account.theoreticalAt, now + toleranceMs + intervalMs);
  if (period === undefined) return;
  const start = periodStart(period, now);
  if (start > account.periodAt) {
    account.tokens = 0;
    account.costUsd = 0;
    account.periodAt = start;
  } else if (account.periodAt > periodEnd(period, now)) account.periodAt = start;
}

function refuse(
  account: Account,
  { intervalMs, toleranceMs = 0, maxRunning, maxTokens, maxCostUsd, period }: AccountLimits,
  estimate: QuotaUse,
  now: number,
): Refusal | undefined {
  if (maxRunning !== undefined && account.running >= maxRunning) {
    return { limit: 'concurrency', retryAfterMs: undefined };
  }
  const waitMs = intervalMs === undefined ? 0 : account.theoreticalAt - toleranceMs - now;
  if (waitMs > 0) return { limit: 'rate', retryAfterMs: waitMs };
  const waitForEndMs = period && periodEnd(period, now) - now;
  if (exceeds(account.tokens, estimate.tokens, maxTokens)) {
    return {
      limit: 'tokens',
      retryAfterMs: exceeds(0, estimate.tokens, maxTokens) ? undefined : waitForEndMs,
    };
  }
  if (exceeds(account.costUsd, estimate.costUsd, maxCostUsd)) {
    return {
      limit: 'cost',
      retryAfterMs: exceeds(0, estimate.costUsd, maxCostUsd) ? undefined : waitForEndMs,
    };
  }
  return undefined;
}

/** What is used up grants nothing more, not even what is expected to cost nothing. */
function exceeds(taken: number, more: number, max = Infinity): boolean {
  return taken >= max * (1 - SLACK_RATIO) || taken + more > max * (1 + SLACK_RATIO);
}

function occupy(
  account: Account,
  { intervalMs = 0, period }: AccountLimits,
  estimate: QuotaUse,
  now: number,
): void {
  account.running += 1;
  account.theoreticalAt = Math.max(account.theoreticalAt, now) + intervalMs;
  account.usedAt = now;
  if (period === undefined) return;
  account.tokens += estimate.tokens;
  account.costUsd += estimate.costUsd;
}
