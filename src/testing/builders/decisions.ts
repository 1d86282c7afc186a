import type { Decision } from '../../metrics/index.js';

/** A decision between two agents for a task of `echo`; where a test is silent, it is usual in every way. */
export function decisionOf(taskId: string, given: Partial<Decision> = {}): Decision {
  const at = given.at ?? Date.UTC(2030, 0, 1);
  return {
    taskId,
    attempt: 1,
    at,
    runId: 'run-1',
    workflow: 'brief',
    tenant: 'acme',
    capability: 'echo',
    inputType: 'text',
    inputBytes: 12,
    requestedAt: at - 5,
    priority: 'normal',
    criticality: 'critical',
    kind: 'chosen',
    strategy: 'least-loaded',
    reason: '0 of 4 slots in use',
    chosen: { agent: 'a', version: '1.0.0' },
    propensity: 0.1 + 0.2,
    seed: 4_294_967_295,
    candidates: [
      { agent: 'a', version: '1.0.0', inFlight: 0, maxConcurrentTasks: 4, score: 1, propensity: 0.75 },
      { agent: 'b', version: '2.0.0-rc.1', inFlight: 1, maxConcurrentTasks: 3, score: 1 / 3 },
    ],
    excluded: [{ agent: 'c', version: '1.0.0', code: 'status', reason: 'is "failed"\n\u0000' }],
    evidenceNames: ['lastTurn'],
    evidence: [3, Number.MIN_VALUE],
    outcome: { verdict: 'failed', errorCode: 'AGENT_FAILED', durationMs: 1.25, queuedMs: 0, costUsd: 0.1 },
    ...given,
  };
}
