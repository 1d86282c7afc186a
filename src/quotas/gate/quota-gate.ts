import type { Clock } from '../../common/index.js';
import type { Release } from '../../registry/index.js';
import type {
  QuotaAnswer,
  QuotaDemand,
  QuotaGrant,
  QuotaRefusal,
  QuotaRequest,
} from '../ledger/ledger.types.js';
import type { QuotaBook } from '../quota-book.js';
import type { ExceededQuota } from '../quota.errors.js';
import type { QuotaClaim, QuotaRule } from '../quota-rule.js';
import type { QuotaStore } from '../quota.store.js';
import type { QuotaPolicy } from '../quota.types.js';
import type { ExpectedUse } from './expected-use.js';
import { QuotaLines, type QuotaTurn } from './quota-lines.js';
import { QuotaPass } from './quota-pass.js';

/** Why an attempt may not begin now. */
export interface QuotaStop extends ExceededQuota {
  readonly onLimit: QuotaPolicy;
  /** The account that refuses. */
  readonly key: string;
}

/** What the gate works with. */
export interface QuotaGateParts {
  readonly store: QuotaStore;
  readonly book: QuotaBook;
  readonly expected: ExpectedUse;
  readonly clock: Clock;
  /** Tasks that may wait in line for one account. */
  readonly maxWaiting: number;
}

/** What every attempt passes that falls under quotas: reserves before it begins, settles when it has ended. */
export class QuotaGate {
  readonly #lines: QuotaLines;

  constructor(private readonly parts: QuotaGateParts) {
    this.#lines = new QuotaLines(parts.clock, parts.maxWaiting);
  }

  /** What a task falls under, whoever does it; empty for most. */
  rulesFor(claim: QuotaClaim): readonly QuotaRule[] {
    return this.parts.book.rulesFor(claim);
  }

  /**
   * Reserves for an attempt by this release: a pass, `undefined` when nothing is to be reserved, or why it may not begin. Without
   * a promise where the store answers without one.
   * @throws DATABASE_UNAVAILABLE
   */
  ask(
    rules: readonly QuotaRule[],
    claim: QuotaClaim,
    release: Release,
  ): QuotaPass | QuotaStop | undefined | Promise<QuotaPass | QuotaStop> {
    const request = this.#requestOf(rules, claim, release);
    if (request === undefined) return undefined;
    const conclude = (answer: QuotaAnswer): QuotaPass | QuotaStop =>
      answer.isGranted
        ? this.#passOf(request, answer, claim, release)
        : this.#stopOf(rules, claim, release, { request, refusal: answer });
    const answer = this.parts.store.reserve(request);
    return answer instanceof Promise ? answer.then(conclude) : conclude(answer);
  }

  /** Why an attempt by this release could not begin now, where that is known at once. Reserves nothing. */
  peek(rules: readonly QuotaRule[], claim: QuotaClaim, release: Release): QuotaStop | undefined {
    const request = this.#requestOf(rules, claim, release);
    const refusal = request && this.parts.store.peek(request);
    return request && refusal && this.#stopOf(rules, claim, release, { request, refusal });
  }

  /** A line of others whom a newcomer must not overtake. */
  lineBefore(rules: readonly QuotaRule[], claim: QuotaClaim, release: Release): QuotaStop | undefined {
    for (const rule of rules) {
      const { id, onLimit } = rule.quota;
      const key = onLimit === 'queue' ? rule.demand(claim, release.name)?.key : undefined;
      if (key === undefined || !this.#lines.has(key)) continue;
      const reason = `others wait for the quota "${id}"`;
      return { quota: id, key, limit: rule.firstLimit, retryAfterMs: undefined, reason, onLimit };
    }
    return undefined;
  }

  /** A place in line for an account; `undefined` when too many wait already. */
  enter(key: string): QuotaTurn | undefined {
    return this.#lines.enter(key);
  }

  #requestOf(rules: readonly QuotaRule[], claim: QuotaClaim, release: Release): QuotaRequest | undefined {
    const demands: QuotaDemand[] = [];
    for (const rule of rules) {
      const demand = rule.demand(claim, release.name);
      if (demand !== undefined) demands.push(demand);
    }
    if (demands.length === 0) return undefined;
    return { demands, estimate: this.parts.expected.of(release, claim.capability) };
  }

  #passOf(request: QuotaRequest, grant: QuotaGrant, { capability }: QuotaClaim, release: Release): QuotaPass {
    return new QuotaPass(request, grant, (_pass, used) => {
      this.parts.expected.learn(release, capability, used.tokens);
      this.parts.store.settle(request, grant, used);
      for (const { key } of request.demands) this.#lines.wake(key);
    });
  }

  #stopOf(
    rules: readonly QuotaRule[],
    claim: QuotaClaim,
    release: Release,
    { request, refusal }: { readonly request: QuotaRequest; readonly refusal: QuotaRefusal },
  ): QuotaStop {
    const { key, quota } = request.demands[refusal.demand] as QuotaDemand;
    const rule = rules.find((asked) => asked.quota.id === quota) as QuotaRule;
    const { limit, retryAfterMs } = refusal;
    const reason = rule.explain(limit, claim, release.name);
    return { quota, key, limit, retryAfterMs, reason, onLimit: rule.quota.onLimit };
  }
}
