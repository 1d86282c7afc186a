import { resolveQuota, resolveQuotas } from './quota-definition.js';
import type { QuotaDefinition } from './quota.types.js';

const VALID: QuotaDefinition = { id: 'acme', scope: { tenant: 'acme' }, maxConcurrentTasks: 5 };

function problemsOf(change: object): readonly string[] {
  try {
    resolveQuota({ ...VALID, ...change });
    return [];
  } catch (error) {
    return (error as { details: { problems: readonly string[] } }).details.problems;
  }
}

describe('a quota', () => {
  it('refuses at its limit where it does not say otherwise, and cannot be changed', () => {
    const quota = resolveQuota({ ...VALID, burst: undefined });
    expect(quota).toEqual({ ...VALID, onLimit: 'refuse' });
    expect(quota).not.toHaveProperty('burst');
    expect(Object.isFrozen(quota) && Object.isFrozen(quota.scope)).toBe(true);
    expect(resolveQuota({ ...VALID, scope: {}, onLimit: 'queue' })).toMatchObject({ onLimit: 'queue' });
  });

  it.each([
    [{ id: 'No Name' }, 'id is "No Name"; it must be a snake_case'],
    [{ scope: undefined }, 'scope is missing; it must be an object'],
    [{ scope: { tenants: 'a' } }, 'scope.tenants is no member of a scope'],
    [{ scope: { tenant: ' ' } }, 'scope.tenant is " "; it must be a name'],
    [{ scope: { agent: 5 } }, 'scope.agent is 5; it must be a name'],
    [{ maxConcurrentTasks: -1 }, 'maxConcurrentTasks is -1; it must be a whole number from 0 to 1000000'],
    [{ maxConcurrentTasks: 1.5 }, 'maxConcurrentTasks is 1.5'],
    [{ maxConcurrentTasks: NaN }, 'maxConcurrentTasks is NaN'],
    [{ tasksPerSecond: 0 }, 'tasksPerSecond is 0; it must be a number from 0.0001 to 1000000'],
    [{ tasksPerSecond: Infinity }, 'tasksPerSecond is Infinity'],
    [{ tasksPerSecond: '5' }, 'tasksPerSecond is "5"'],
    [{ tasksPerSecond: 1, burst: 0 }, 'burst is 0'],
    [{ burst: 5 }, 'burst says nothing without tasksPerSecond'],
    [{ maxTokens: 1e16, period: 'day' }, 'maxTokens is 10000000000000000'],
    [{ maxCostUsd: {}, period: 'day' }, 'maxCostUsd is an object'],
    [{ maxCostUsd: 1 }, 'period is missing; it must be one of minute, hour, day, month'],
    [{ maxCostUsd: 1, period: 'year' }, 'period is "year"; it must be one of'],
    [{ period: 'day' }, 'period says nothing without'],
    [{ maxConcurrentTasks: undefined }, 'limits are missing'],
    [{ onLimit: 'wait' }, 'onLimit is "wait"; it must be one of refuse, queue, fallback'],
    [{ limit: 3 }, 'limit is no member of a quota'],
  ])('is refused with %j', (change, problem) => {
    const problems = problemsOf(change);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('has every problem told at once, with its place in the list', () => {
    const wrong = [VALID, { ...VALID, maxConcurrentTasks: -1, onLimit: 'x' }, null] as never;
    expect(() => resolveQuotas(wrong)).toThrow(
      expect.objectContaining({
        code: 'QUOTA_INVALID',
        kind: 'definition',
        details: {
          problems: [
            expect.stringContaining('quotas[1].maxConcurrentTasks is -1'),
            expect.stringContaining('quotas[1].onLimit is "x"'),
            'quotas[1].id "acme" is taken by an earlier one',
            'quotas[2].is null; it must be an object',
          ],
        },
      }),
    );
    expect(() => resolveQuotas('none' as never)).toThrow('quotas must be a list');
    expect(resolveQuotas()).toEqual([]);
    expect(resolveQuotas([VALID])).toHaveLength(1);
  });
});
