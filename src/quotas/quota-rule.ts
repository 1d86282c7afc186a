import type { AccountLimits, QuotaDemand } from './ledger/ledger.types.js';
import type { Quota, QuotaLimit, QuotaPolicy, QuotaScope } from './quota.types.js';

/** What of a task decides which quotas it falls under. */
export interface QuotaClaim {
  readonly capability: string;
  readonly tenant?: string;
  readonly workflow?: string;
}

/** Those that end a task come first, so that none waits in line only to be refused. */
const POLICY_ORDER: readonly QuotaPolicy[] = ['refuse', 'fallback', 'queue'];

type Member = keyof QuotaScope;

/** A quota, made ready for the task path. */
export class QuotaRule {
  readonly limits: AccountLimits;
  /** Members of the scope whose values are counted each for themselves. */
  readonly #each: readonly Member[];

  constructor(readonly quota: Quota) {
    this.limits = toLimits(quota);
    const members: readonly Member[] = ['agent', 'capability', 'tenant', 'workflow'];
    this.#each = members.filter((member) => quota.scope[member] === '*');
  }

  /** The limit that is named where it is not known which one counts. */
  get firstLimit(): QuotaLimit {
    const { intervalMs, maxRunning, maxTokens } = this.limits;
    if (maxRunning !== undefined) return 'concurrency';
    if (intervalMs !== undefined) return 'rate';
    return maxTokens === undefined ? 'cost' : 'tokens';
  }

  /** Whether the task may fall under it, whoever does it. */
  fits({ capability, tenant, workflow }: QuotaClaim): boolean {
    const { scope } = this.quota;
    return (
      isMeant(scope.capability, capability) &&
      isMeant(scope.tenant, tenant) &&
      isMeant(scope.workflow, workflow)
    );
  }

  /** What an attempt of a fitting task by this agent asks of it; `undefined` when that agent is not meant. */
  demand(claim: QuotaClaim, agent: string): QuotaDemand | undefined {
    const { id, scope } = this.quota;
    if (!isMeant(scope.agent, agent)) return undefined;
    return { key: this.#keyOf(claim, agent), quota: id, limits: this.limits };
  }

  /** Why a limit refuses, for people. */
  explain(limit: QuotaLimit, claim: QuotaClaim, agent: string): string {
    const values = this.#values(claim, agent);
    const whom = this.#each.map((member, index) => `${member} "${values[index]}"`).join(', ');
    return `the quota "${this.quota.id}" allows ${this.#allowance(limit)}${whom && ` for ${whom}`}`;
  }

  #keyOf(claim: QuotaClaim, agent: string): string {
    if (this.#each.length === 0) return this.quota.id;
    // As JSON, for values may hold anything.
    return this.quota.id + JSON.stringify(this.#values(claim, agent));
  }

  #values(claim: QuotaClaim, agent: string): (string | undefined)[] {
    return this.#each.map((member) => (member === 'agent' ? agent : claim[member]));
  }

  #allowance(limit: QuotaLimit): string {
    const { quota } = this;
    if (limit === 'rate') return `${quota.tasksPerSecond} tasks per second`;
    if (limit === 'concurrency') return `${quota.maxConcurrentTasks} tasks at the same time`;
    if (limit === 'tokens') return `${quota.maxTokens} tokens per ${quota.period}`;
    return `${quota.maxCostUsd} USD per ${quota.period}`;
  }
}

/** The rules for these quotas, in the order in which they are asked. */
export function toRules(quotas: Iterable<Quota>): readonly QuotaRule[] {
  return [...quotas]
    .sort(
      (a, b) => POLICY_ORDER.indexOf(a.onLimit) - POLICY_ORDER.indexOf(b.onLimit) || (a.id < b.id ? -1 : 1),
    )
    .map((quota) => new QuotaRule(quota));
}

/** The values that an account counts, by the members of its quota's scope that say `*`. */
export function valuesOfKey({ id, scope }: Quota, key: string): Readonly<Record<string, string>> {
  const members = (['agent', 'capability', 'tenant', 'workflow'] as const).filter(
    (member) => scope[member] === '*',
  );
  if (members.length === 0 || !key.startsWith(`${id}[`)) return {};
  const values = JSON.parse(key.slice(id.length)) as readonly string[];
  return Object.fromEntries(members.map((member, index) => [member, values[index] ?? '']));
}

function isMeant(wanted: string | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === value || (wanted === '*' && value !== undefined);
}

function toLimits(quota: Quota): AccountLimits {
  const { tasksPerSecond, burst, maxConcurrentTasks, maxTokens, maxCostUsd, period } = quota;
  if (tasksPerSecond === undefined) return { maxRunning: maxConcurrentTasks, maxTokens, maxCostUsd, period };
  const intervalMs = 1_000 / tasksPerSecond;
  const toleranceMs = ((burst ?? Math.max(Math.ceil(tasksPerSecond), 1)) - 1) * intervalMs;
  return { intervalMs, toleranceMs, maxRunning: maxConcurrentTasks, maxTokens, maxCostUsd, period };
}
