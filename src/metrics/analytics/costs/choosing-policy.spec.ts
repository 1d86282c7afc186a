import { decisionOf } from '../../../testing/trials/logged-decisions.js';
import { targetOf, type ChoosingPolicy, type KnownOfRelease } from './choosing-policy.js';

const KNOWN: Readonly<Record<string, KnownOfRelease>> = {
  ada: { costUsd: 3, durationMs: 100, successRatio: 0.99 },
  bob: { costUsd: 1, durationMs: 300, successRatio: 0.7 },
  cyd: { costUsd: undefined, durationMs: 200, successRatio: 0.9 },
  eve: { costUsd: 1, durationMs: undefined, successRatio: undefined },
};

const candidatesOf = (...agents: readonly string[]) => agents.map((agent) => ({ agent, version: '1.0.0' }));

/** How likely the policy chooses each of ada, bob, cyd, dan (of whom nothing is known) and eve. */
function targetFor(policy: ChoosingPolicy) {
  const decision = decisionOf({
    candidates: candidatesOf('ada', 'bob', 'cyd', 'dan', 'eve'),
    tenant: 'acme',
  });
  return targetOf(decision, policy, ({ agent }) => KNOWN[agent]);
}

describe('a policy', () => {
  it('chooses by what it says, equal ones alike', () => {
    expect(targetFor({ choose: 'cheapest' })).toEqual([0, 0.5, 0, 0, 0.5]);
    expect(targetFor({ choose: 'fastest' })).toEqual([1, 0, 0, 0, 0]);
    expect(targetFor({ choose: 'most-reliable' })).toEqual([1, 0, 0, 0, 0]);
    expect(targetFor({ choose: 'any' })).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
  });

  it('chooses only among the agents it names', () => {
    expect(targetFor({ choose: 'any', agents: ['ada', 'dan', 'zoe'] })).toEqual([0.5, 0, 0, 0.5, 0]);
    expect(targetFor({ choose: 'fastest', agents: ['bob', 'cyd'] })).toEqual([0, 0, 1, 0, 0]);
  });

  it('chooses only those that are known to be reliable enough', () => {
    expect(targetFor({ choose: 'cheapest', minSuccessRatio: 0.8 })).toEqual([1, 0, 0, 0, 0]);
    expect(targetFor({ choose: 'any', minSuccessRatio: 0.8 })).toEqual([0.5, 0, 0.5, 0, 0]);
  });

  it('chooses by weights', () => {
    expect(targetFor({ choose: 'any', weights: { ada: 3, bob: 1 } })).toEqual([0.75, 0.25, 0, 0, 0]);
    expect(targetFor({ choose: 'any', weights: { ada: 3, bob: 1 }, agents: ['bob'] })).toEqual([
      0, 1, 0, 0, 0,
    ]);
  });

  it('leaves a task as it was where nobody is left to choose, or nothing is known of those', () => {
    expect(targetFor({ choose: 'any', agents: ['zoe'] })).toBeUndefined();
    expect(targetFor({ choose: 'any', weights: { zoe: 1 } })).toBeUndefined();
    expect(targetFor({ choose: 'cheapest', agents: ['cyd', 'dan'] })).toBeUndefined();
  });

  it('leaves tasks as they were that it does not speak of', () => {
    expect(targetFor({ choose: 'fastest', when: { criticality: 'critical' } })).toBeUndefined();
    expect(targetFor({ choose: 'fastest', when: { tenant: 'acme', workflow: undefined } })).toBeDefined();
  });
});
