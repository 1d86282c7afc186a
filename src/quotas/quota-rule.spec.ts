import { resolveQuota } from './quota-definition.js';
import { QuotaRule, toRules, valuesOfKey } from './quota-rule.js';
import type { QuotaDefinition } from './quota.types.js';

const CLAIM = { capability: 'echo', tenant: 'acme', workflow: 'brief' };

function ruleOf(rest: Partial<QuotaDefinition>): QuotaRule {
  return new QuotaRule(resolveQuota({ id: 'q', scope: {}, maxConcurrentTasks: 1, ...rest }));
}

describe('the rule of a quota', () => {
  it.each([
    [{}, true],
    [{ capability: 'echo', tenant: 'acme', workflow: 'brief', agent: 'writer' }, true],
    [{ capability: '*', tenant: '*', workflow: '*', agent: '*' }, true],
    [{ capability: 'shout' }, false],
    [{ tenant: 'other' }, false],
    [{ workflow: 'other' }, false],
  ])('with the scope %j fits a task: %p', (scope, isFitting) => {
    expect(ruleOf({ scope }).fits(CLAIM)).toBe(isFitting);
  });

  it('does not fit a task that has no tenant or belongs to no run, where its scope names one', () => {
    expect(ruleOf({ scope: { tenant: '*' } }).fits({ capability: 'echo' })).toBe(false);
    expect(ruleOf({ scope: { workflow: 'brief' } }).fits({ capability: 'echo' })).toBe(false);
  });

  it('asks nothing of an agent that is not meant', () => {
    expect(ruleOf({ scope: { agent: 'writer' } }).demand(CLAIM, 'reader')).toBeUndefined();
    expect(ruleOf({ scope: { agent: 'writer' } }).demand(CLAIM, 'writer')).toMatchObject({ key: 'q' });
  });

  it('counts each value for itself where its scope says so', () => {
    const rule = ruleOf({ scope: { tenant: '*', agent: '*' } });
    const key = rule.demand({ ...CLAIM, tenant: 'a"]\u0000' }, 'writer')!.key;
    expect(key).toBe('q["writer","a\\"]\\u0000"]');
    expect(valuesOfKey(rule.quota, key)).toEqual({ agent: 'writer', tenant: 'a"]\u0000' });
    expect(rule.explain('concurrency', CLAIM, 'writer')).toBe(
      'the quota "q" allows 1 tasks at the same time for agent "writer", tenant "acme"',
    );
    expect(valuesOfKey(ruleOf({}).quota, 'q')).toEqual({});
    expect(valuesOfKey(rule.quota, 'q')).toEqual({});
  });

  it('lets a second of attempts begin at once, or as many as it says', () => {
    expect(ruleOf({ tasksPerSecond: 4 }).limits).toMatchObject({ intervalMs: 250, toleranceMs: 750 });
    expect(ruleOf({ tasksPerSecond: 0.5 }).limits).toMatchObject({ intervalMs: 2_000, toleranceMs: 0 });
    expect(ruleOf({ tasksPerSecond: 10, burst: 1 }).limits).toMatchObject({ toleranceMs: 0 });
  });

  it('says what its limits are', () => {
    const none = { maxConcurrentTasks: undefined };
    const budget = { ...none, maxTokens: 5, maxCostUsd: 2, period: 'day' } as const;
    expect(ruleOf({ ...none, tasksPerSecond: 4 }).firstLimit).toBe('rate');
    expect(ruleOf(budget).firstLimit).toBe('tokens');
    expect(ruleOf({ ...budget, maxTokens: undefined }).firstLimit).toBe('cost');
    expect(ruleOf({}).firstLimit).toBe('concurrency');
    const explain = (limit: 'rate' | 'tokens' | 'cost') =>
      ruleOf({ ...budget, tasksPerSecond: 4 }).explain(limit, CLAIM, 'writer');
    expect(explain('rate')).toBe('the quota "q" allows 4 tasks per second');
    expect(explain('tokens')).toBe('the quota "q" allows 5 tokens per day');
    expect(explain('cost')).toBe('the quota "q" allows 2 USD per day');
  });

  it('stands before those that are more patient', () => {
    const quotas = (['queue', 'fallback', 'refuse', 'queue'] as const).map((onLimit, index) =>
      resolveQuota({ id: `q-${9 - index}`, scope: {}, maxConcurrentTasks: 1, onLimit }),
    );
    expect(toRules(quotas).map(({ quota }) => quota.id)).toEqual(['q-7', 'q-8', 'q-6', 'q-9']);
  });
});
