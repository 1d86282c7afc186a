import { isName, NAME_RULE } from '../agents/index.js';
import { InvalidQuotaError } from './quota.errors.js';
import type { Quota, QuotaDefinition, QuotaPeriod, QuotaPolicy, QuotaScope } from './quota.types.js';

const PERIODS: readonly QuotaPeriod[] = ['minute', 'hour', 'day', 'month'];
const POLICIES: readonly QuotaPolicy[] = ['refuse', 'queue', 'fallback'];
const SCOPE_MEMBERS: readonly (keyof QuotaScope)[] = ['agent', 'capability', 'tenant', 'workflow'];
const MAX_SCOPE_LENGTH = 200;

/** What each limit may be. */
const LIMITS = {
  tasksPerSecond: { least: 0.0001, most: 1_000_000, isWhole: false },
  burst: { least: 1, most: 1_000_000, isWhole: true },
  maxConcurrentTasks: { least: 0, most: 1_000_000, isWhole: true },
  maxTokens: { least: 0, most: 1e15, isWhole: true },
  maxCostUsd: { least: 0, most: 1e9, isWhole: false },
} as const;

type LimitName = keyof typeof LIMITS;
const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];
const MEMBERS: ReadonlySet<string> = new Set(['id', 'scope', 'period', 'onLimit', ...LIMIT_NAMES]);

/**
 * A definition with its defaults; frozen. Types are checked too: definitions come from files and from JavaScript.
 * @throws QUOTA_INVALID with every problem
 */
export function resolveQuota(definition: QuotaDefinition): Quota {
  const problems = findQuotaProblems(definition);
  if (problems.length > 0) throw new InvalidQuotaError(problems);
  return toQuota(definition);
}

/**
 * The definitions of the options, resolved.
 * @throws QUOTA_INVALID with every problem of all of them
 */
export function resolveQuotas(definitions: readonly QuotaDefinition[] = []): readonly Quota[] {
  if (!Array.isArray(definitions)) throw new InvalidQuotaError(['quotas must be a list']);
  const seen = new Set<unknown>();
  const problems = (definitions as readonly QuotaDefinition[]).flatMap((definition, index) => {
    const found = findQuotaProblems(definition).map((problem) => `quotas[${index}].${problem}`);
    const id = (definition as Partial<QuotaDefinition> | null)?.id;
    if (seen.has(id)) found.push(`quotas[${index}].id ${show(id)} is taken by an earlier one`);
    seen.add(id);
    return found;
  });
  if (problems.length > 0) throw new InvalidQuotaError(problems);
  return definitions.map(toQuota);
}

function toQuota({ id, scope, onLimit = 'refuse', ...limits }: QuotaDefinition): Quota {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const members = Object.entries(scope).filter(([, value]) => value !== undefined);
  const quota = { id, scope: Object.freeze(Object.fromEntries(members)), onLimit };
  return Object.freeze({ ...quota, ...Object.fromEntries(given) });
}

/** What is wrong with a definition, each problem beginning with its field. */
function findQuotaProblems(definition: QuotaDefinition): string[] {
  if (!isObject(definition)) return [`is ${show(definition)}; it must be an object`];
  const { id, onLimit } = definition;
  const unknown = Object.keys(definition).filter((member) => !MEMBERS.has(member));
  return [
    ...unknown.map((member) => `${member.slice(0, 40)} is no member of a quota`),
    ...(isName(id) ? [] : [`id is ${show(id)}; it ${NAME_RULE}`]),
    ...findScopeProblems(definition.scope),
    ...LIMIT_NAMES.flatMap((limit) => findLimitProblem(limit, definition[limit]) ?? []),
    ...findLimitsProblems(definition),
    ...findPeriodProblems(definition),
    ...(onLimit === undefined || POLICIES.includes(onLimit) ? [] : [notOneOf('onLimit', onLimit, POLICIES)]),
  ];
}

function findScopeProblems(scope: QuotaScope): string[] {
  if (!isObject(scope)) return [`scope is ${show(scope)}; it must be an object, such as { tenant: "acme" }`];
  return Object.entries(scope).flatMap(([member, value]) => {
    const field = `scope.${member.slice(0, 40)}`;
    if (!SCOPE_MEMBERS.includes(member as keyof QuotaScope)) {
      return `${field} is no member of a scope; there are ${SCOPE_MEMBERS.join(', ')}`;
    }
    if (value === undefined) return [];
    const fits = typeof value === 'string' && value.trim() !== '' && value.length <= MAX_SCOPE_LENGTH;
    return fits
      ? []
      : `${field} is ${show(value)}; it must be a name of 1 to ${MAX_SCOPE_LENGTH} characters, or *`;
  });
}

function findLimitProblem(limit: LimitName, value: number | undefined): string | undefined {
  const { least, most, isWhole } = LIMITS[limit];
  if (value === undefined) return undefined;
  const fits = isWhole ? Number.isInteger(value) : typeof value === 'number';
  if (fits && value >= least && value <= most) return undefined;
  return `${limit} is ${show(value)}; it must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`;
}

function findLimitsProblems(quota: QuotaDefinition): string[] {
  const problems: string[] = [];
  if (!hasBudget(quota) && quota.tasksPerSecond === undefined && quota.maxConcurrentTasks === undefined) {
    problems.push('limits are missing: give tasksPerSecond, maxConcurrentTasks, maxTokens or maxCostUsd');
  }
  if (quota.burst !== undefined && quota.tasksPerSecond === undefined) {
    problems.push('burst says nothing without tasksPerSecond');
  }
  return problems;
}

function findPeriodProblems(quota: QuotaDefinition): string[] {
  const { period } = quota;
  if (period === undefined) return hasBudget(quota) ? [notOneOf('period', period, PERIODS)] : [];
  if (!PERIODS.includes(period)) return [notOneOf('period', period, PERIODS)];
  return hasBudget(quota) ? [] : ['period says nothing without maxTokens or maxCostUsd'];
}

function hasBudget({ maxTokens, maxCostUsd }: QuotaDefinition): boolean {
  return maxTokens !== undefined || maxCostUsd !== undefined;
}

function notOneOf(field: string, value: unknown, allowed: readonly string[]): string {
  return `${field} is ${show(value)}; it must be one of ${allowed.join(', ')}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 60)}"`;
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
