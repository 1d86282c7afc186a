import { SeededRandom } from '../../../common/index.js';
import { decisionOf, drawDecision } from '../../../testing/trials/logged-decisions.js';
import {
  CHEAPEST,
  drawDecisions,
  heldShares,
  TRUE_AGENTS as AGENTS,
  TRUE_KNOWLEDGE as knowledge,
} from '../../../testing/trials/what-if-cases.js';
import type { ChoosingPolicy } from './choosing-policy.js';
import { recordedTasks, type LoggedDecision } from './recorded-task.js';
import { judgeWhatIf, type WhatIf, type WhatIfEstimate } from './what-if.js';

const draw = (count: number, propensities: readonly number[], seed: number): LoggedDecision[] =>
  drawDecisions({ count, propensities }, seed);

const judge = (decisions: readonly LoggedDecision[], policy: ChoosingPolicy = CHEAPEST): WhatIf =>
  judgeWhatIf(decisions, { policy, knowledge, confidence: 0.95 });

const estimate = (decisions: readonly LoggedDecision[], policy?: ChoosingPolicy): WhatIfEstimate =>
  judge(decisions, policy) as WhatIfEstimate;

const CASES = 400;

describe('a cost what-if', () => {
  it.each([
    ['equally likely', 300, [1 / 3, 1 / 3, 1 / 3]],
    ['of which the cheapest was chosen once in ten tasks', 900, [0.1, 0.3, 0.6]],
  ])(
    'has an interval that holds the truth in 93 to 97 % of 400 cases with agents %s',
    (_, count, propensities) => {
      const held = heldShares({ count, propensities }, CASES);
      expect(held.costUsd).toBeGreaterThanOrEqual(0.93);
      expect(held.costUsd).toBeLessThanOrEqual(0.97);
      // Of failures only a few are seen: that interval may be too wide, never too narrow.
      expect(held.successRatio).toBeGreaterThanOrEqual(0.93);
      expect(held.durationMs).toBeGreaterThanOrEqual(0.93);
      expect(held.durationMs).toBeLessThanOrEqual(0.97);
    },
  );

  it('tells what all judged tasks would have saved, and who would have had them', () => {
    const decisions = draw(900, [0.1, 0.3, 0.6], 7);
    const answer = estimate(decisions);
    expect(answer).toMatchObject({
      verdict: 'estimated',
      taskCount: 900,
      affectedCount: 900,
      judgedCount: 900,
    });
    expect(answer.recordedUsd).toBeCloseTo(
      decisions.reduce((sum, { outcome }) => sum + outcome.costUsd, 0),
      9,
    );
    expect(answer.savingUsd.value).toBeCloseTo(answer.savingPerTaskUsd.value * 900, 9);
    expect(answer.savingRatio!.value).toBeCloseTo(answer.savingUsd.value / answer.recordedUsd, 9);
    expect(answer.savingRatio!.value).toBeCloseTo(1 - 0.02 / 0.077, 1);
    expect(answer.shifts.map(({ agent, policyRatio }) => [agent, policyRatio])).toEqual([
      ['cheap', 1],
      ['dear', 0],
      ['middle', 0],
    ]);
    expect(answer.shifts.reduce((sum, { recordedRatio }) => sum + recordedRatio, 0)).toBeCloseTo(1, 9);
  });

  it('has narrower intervals at less confidence, and a part of the saving for a part of the tasks', () => {
    const decisions = draw(900, [0.1, 0.3, 0.6], 7);
    const { low, high, value } = estimate(decisions).savingPerTaskUsd;
    const less = judgeWhatIf(decisions, { policy: CHEAPEST, knowledge, confidence: 0.5 }) as WhatIfEstimate;
    expect(less.savingPerTaskUsd.high - less.savingPerTaskUsd.low).toBeLessThan((high - low) / 2);
    const half = estimate(decisions, { choose: 'cheapest', shareRatio: 0.5 });
    expect(half.savingPerTaskUsd.value).toBeCloseTo(value / 2, 2);
    expect(half.effectiveCount).toBeGreaterThan(estimate(decisions).effectiveCount);
  });

  it('holds the truth also where the recorded strategy learned from its results', () => {
    let held = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = new SeededRandom(seed);
      // Moves to whoever did well last, but leaves everybody a tenth.
      const decisions: LoggedDecision[] = [];
      let liked = 0;
      for (let at = 0; at < 800; at++) {
        const propensities = AGENTS.map((_, place) => (place === liked ? 0.8 : 0.1));
        const decision = drawDecision({ agents: AGENTS, propensities, random }, at);
        decisions.push(decision);
        const place = AGENTS.findIndex(({ agent }) => agent === decision.chosen.agent);
        liked = decision.outcome.verdict === 'succeeded' ? place : (place + 1) % 3;
      }
      // What a task at the cheapest costs is known, what the strategy paid depends on what it came to like.
      const answer = estimate(decisions);
      const paid = decisions.reduce(
        (sum, { candidates }) =>
          sum + candidates.reduce((mean, { propensity }, at) => mean + propensity! * AGENTS[at]!.costUsd, 0),
        0,
      );
      const truth = paid / 800 - AGENTS[0]!.costUsd;
      if (answer.savingPerTaskUsd.low <= truth && truth <= answer.savingPerTaskUsd.high) held += 1 / 150;
    }
    expect(held).toBeGreaterThan(0.92);
  });

  it('is told for critical tasks only when these are asked for', () => {
    const critical = draw(300, [0.3, 0.3, 0.4], 1).map((each) => ({
      ...each,
      criticality: 'critical' as const,
    }));
    const normal = draw(300, [0.3, 0.3, 0.4], 2).map((each) => ({ ...each, taskId: `n-${each.taskId}` }));
    const answer = estimate([...critical, ...normal], {
      choose: 'cheapest',
      when: { criticality: 'normal' },
    });
    expect(answer).toMatchObject({ taskCount: 600, affectedCount: 300, judgedCount: 300 });
    expect(answer.recordedUsd).toBeLessThan(300 * 0.1);
  });

  it('saves no share of what cost nothing', () => {
    const free = draw(300, [0.3, 0.3, 0.4], 1).map((each) => ({
      ...each,
      outcome: { ...each.outcome, costUsd: 0 },
    }));
    expect(estimate(free)).toMatchObject({
      savingRatio: undefined,
      savingUsd: { value: 0, low: 0, high: 0 },
    });
  });

  it('is not sure that nothing ever fails where no failure was seen', () => {
    const fine = draw(300, [0.3, 0.3, 0.4], 1).map((each) => ({
      ...each,
      outcome: { ...each.outcome, verdict: 'succeeded' as const },
    }));
    const { successChange } = estimate(fine);
    expect(successChange.value).toBeCloseTo(0, 1);
    expect(successChange.low).toBeLessThan(-0.01);
  });
});

describe('a refusal', () => {
  it('says that nothing would change', () => {
    expect(judge(draw(300, [1, 0, 0], 1))).toMatchObject({
      verdict: 'refused',
      refusal: 'nothing-affected',
      taskCount: 300,
      affectedCount: 0,
    });
    expect(judge([])).toMatchObject({ refusal: 'nothing-affected', taskCount: 0 });
  });

  it('names the agents that were never chosen where the policy would choose them', () => {
    expect(judge(draw(300, [0, 0.5, 0.5], 1))).toMatchObject({
      refusal: 'no-support',
      judgedCount: 0,
      unsupported: ['cheap'],
      reason: expect.stringMatching(
        /^In 300 of 300 tasks .* Let a share of the tasks be chosen by "adaptive"/,
      ),
    });
  });

  it('is given where one task in ten was chosen without chance, and not where one in fifty was', () => {
    const mixed = (every: number): LoggedDecision[] =>
      draw(900, [0.3, 0.3, 0.4], 1).map((each, at) =>
        at % every === 0 ? { ...each, chosen: { agent: 'dear', version: '1.0.0' }, propensity: 1 } : each,
      );
    expect(judge(mixed(10))).toMatchObject({ refusal: 'no-support', affectedCount: 900, judgedCount: 810 });
    expect(judge(mixed(50))).toMatchObject({ verdict: 'estimated', affectedCount: 900, judgedCount: 882 });
  });

  it('is given where the probabilities of the others are not known, or do not sum to 1', () => {
    const unknown = draw(300, [0.3, 0.3, 0.4], 1).map((each) => ({
      ...each,
      candidates: each.candidates.map(({ agent, version }) => ({ agent, version })),
    }));
    expect(judge(unknown)).toMatchObject({ refusal: 'no-support' });
    expect(judge(draw(300, [0.3, 0.3, 0.9], 1))).toMatchObject({ refusal: 'no-support' });
  });

  it('says that the tasks are too few, or say too little of the policy', () => {
    expect(judge(draw(99, [0.3, 0.3, 0.4], 1))).toMatchObject({
      refusal: 'too-few-tasks',
      reason: 'Only 99 tasks can be judged; it takes 100.',
    });
    expect(judge(draw(400, [0.05, 0.05, 0.9], 1))).toMatchObject({ refusal: 'little-overlap' });
  });
});

describe('recorded tasks', () => {
  it('hold what all attempts came to, in the order of time', () => {
    const failed = { verdict: 'failed' as const, durationMs: 50, costUsd: 0.5 };
    const tasks = recordedTasks([
      decisionOf({ taskId: 'b', at: 5, outcome: failed }),
      decisionOf({ taskId: 'a', at: 2, attempt: 2 }),
      decisionOf({ taskId: 'a', at: 1, attempt: 1, outcome: failed }),
    ]);
    expect(tasks.map(({ decision, result }) => [decision.taskId, decision.at, result])).toEqual([
      ['a', 1, { costUsd: 1.5, success: 1, durationMs: 150 }],
      ['b', 5, { costUsd: 0.5, success: 0, durationMs: 50 }],
    ]);
  });

  it('leave out those that ended by no doing of an agent, lack their beginning, chose a stranger or cost what cannot be', () => {
    const outcome = { verdict: 'succeeded' as const, durationMs: 1, costUsd: 1 };
    expect(
      recordedTasks([
        decisionOf({ taskId: 'a', outcome: { ...outcome, verdict: 'excused' } }),
        decisionOf({ taskId: 'b', attempt: 2 }),
        decisionOf({ taskId: 'c', chosen: { agent: 'zoe', version: '1.0.0' } }),
        decisionOf({ taskId: 'd', chosen: { agent: 'ada', version: '2.0.0' } }),
        decisionOf({ taskId: 'e', outcome: { ...outcome, costUsd: NaN } }),
      ]),
    ).toEqual([]);
  });
});
