import { negated, mapped, type Estimated } from '../statistics/estimated.js';
import { targetOf, type ChoosingPolicy, type Knowledge } from './choosing-policy.js';
import { estimateOffPolicy, type JudgedTask } from './off-policy.js';
import { recordedTasks, type LoggedDecision, type RecordedTask } from './recorded-task.js';

/** Fewer tasks than this, or fewer that count as if the policy had chosen, bear no interval. */
export const MIN_JUDGED_TASKS = 100;
export const MIN_EFFECTIVE_TASKS = 50;

/**
 * A task is not judged where the policy would choose an agent more than so many times as often as it was chosen: a few results would
 * decide all. That goes by the probabilities alone, never by results, so it spoils nothing (Crump et al., Biometrika 96, 2009).
 */
export const MAX_WEIGHT = 100;

/** When more of the tasks cannot be judged, those that can no longer stand for all. */
export const MAX_UNJUDGED_RATIO = 0.05;

/** Why there is no estimate. */
export type WhatIfRefusal = 'nothing-affected' | 'too-few-tasks' | 'no-support' | 'little-overlap';

/** How many recorded tasks an answer rests on. */
export interface WhatIfCounts {
  /** Tasks recorded in the window. */
  readonly taskCount: number;
  /** Those for which the policy would choose. */
  readonly affectedCount: number;
  /** Those of them that can be judged by what was recorded. */
  readonly judgedCount: number;
}

/** How often an agent was chosen, and how often the policy would choose it, of the judged tasks. */
export interface AgentShift {
  readonly agent: string;
  readonly recordedRatio: number;
  readonly policyRatio: number;
}

/** What another way of choosing would have come to; each interval holds the truth with the confidence that was asked for. */
export interface WhatIfEstimate extends WhatIfCounts {
  readonly verdict: 'estimated';
  /** What the judged tasks did cost, US dollars. */
  readonly recordedUsd: number;
  /** Of all judged tasks together; below 0 the policy costs more. */
  readonly savingUsd: Estimated;
  readonly savingPerTaskUsd: Estimated;
  /** In shares of what was recorded; `undefined` where it cost nothing. */
  readonly savingRatio: Estimated | undefined;
  /** Of the share of tasks that succeed; below 0 fewer do. */
  readonly successChange: Estimated;
  /** Of the time that agents work on a task. */
  readonly durationChangeMs: Estimated;
  /** How many tasks, chosen by the policy itself, would say as much. */
  readonly effectiveCount: number;
  readonly shifts: readonly AgentShift[];
}

/** No estimate, and why: better than one that cannot be held. */
export interface WhatIfRefused extends WhatIfCounts {
  readonly verdict: 'refused';
  readonly refusal: WhatIfRefusal;
  readonly reason: string;
  /** Agents of which too little is recorded for the policy, by name. */
  readonly unsupported: readonly string[];
}

/**
 * The answer to a what-if.
 * @publicApi
 */
export type WhatIf = WhatIfEstimate | WhatIfRefused;

/** What is asked. */
export interface WhatIfQuestion {
  readonly policy: ChoosingPolicy;
  /** What the policy goes by. */
  readonly knowledge: Knowledge;
  /** Of the intervals, 0.5 to 0.999. */
  readonly confidence: number;
}

interface AffectedTask extends RecordedTask {
  readonly target: readonly number[];
}

/**
 * Says what recorded tasks would have come to under another policy: cost, success and duration, by {@link estimateOffPolicy}.
 *
 * Tasks are judged whole, with the tries and fallbacks that followed their first choice: a cheap agent that fails costs what comes after it.
 * It cannot say what more load does to an agent, and a policy that goes by what the same records say flatters itself a little.
 */
export function judgeWhatIf(decisions: readonly LoggedDecision[], question: WhatIfQuestion): WhatIf {
  const tasks = recordedTasks(decisions);
  const affected = tasks.flatMap((task) => toAffected(task, question));
  const judged = affected.filter(isJudgeable);
  const counts = { taskCount: tasks.length, affectedCount: affected.length, judgedCount: judged.length };
  const refuse = (refusal: WhatIfRefusal, reason: string): WhatIfRefused => {
    const unsupported = [...new Set(affected.flatMap(unsupportedOf))].sort();
    return { verdict: 'refused', ...counts, refusal, reason, unsupported };
  };
  if (affected.length === 0) {
    return refuse(
      'nothing-affected',
      'The policy would choose in no recorded task as it was not chosen already.',
    );
  }
  if (affected.length - judged.length > MAX_UNJUDGED_RATIO * affected.length) {
    return refuse(
      'no-support',
      `In ${affected.length - judged.length} of ${affected.length} tasks the policy would choose agents that were never, or hardly ever, chosen in such tasks. Let a share of the tasks be chosen by "adaptive" or "random" first.`,
    );
  }
  if (judged.length < MIN_JUDGED_TASKS) {
    return refuse(
      'too-few-tasks',
      `Only ${judged.length} tasks can be judged; it takes ${MIN_JUDGED_TASKS}.`,
    );
  }
  const { effectiveCount, ...changes } = estimateOffPolicy(judged, question.confidence);
  if (effectiveCount < MIN_EFFECTIVE_TASKS) {
    return refuse(
      'little-overlap',
      `What was recorded says as much of the policy as ${Math.floor(effectiveCount)} tasks would; it takes ${MIN_EFFECTIVE_TASKS}.`,
    );
  }
  const recordedUsd = judged.reduce((sum, { result }) => sum + result.costUsd, 0);
  const savingPerTaskUsd = negated(changes.costUsd);
  return {
    verdict: 'estimated',
    ...counts,
    recordedUsd,
    savingUsd: mapped(savingPerTaskUsd, (each) => each * judged.length),
    savingPerTaskUsd,
    savingRatio:
      recordedUsd > 0 ? mapped(savingPerTaskUsd, (each) => (each * judged.length) / recordedUsd) : undefined,
    successChange: changes.success,
    durationChangeMs: changes.durationMs,
    effectiveCount,
    shifts: shiftsOf(judged),
  };
}

function toAffected(task: RecordedTask, { policy, knowledge }: WhatIfQuestion): AffectedTask[] {
  const wanted = targetOf(task.decision, policy, knowledge);
  if (wanted === undefined) return [];
  const { propensities } = task;
  const { shareRatio = 1 } = policy;
  const target = wanted.map(
    (share, place) => shareRatio * share + (1 - shareRatio) * (propensities?.[place] ?? 0),
  );
  // A task in which nothing would change tells nothing.
  const isSame =
    propensities !== undefined &&
    target.every((share, place) => Math.abs(share - propensities[place]!) < 1e-9);
  return isSame ? [] : [{ ...task, target }];
}

function isJudgeable(task: AffectedTask): task is JudgedTask {
  return task.propensities !== undefined && unsupportedOf(task).length === 0;
}

/** Names of those whom the policy could choose but who were hardly ever chosen in such tasks. */
function unsupportedOf({ decision, target, propensities }: AffectedTask): string[] {
  return decision.candidates
    .filter((_, place) => target[place]! > MAX_WEIGHT * (propensities?.[place] ?? 0))
    .map(({ agent }) => agent);
}

function shiftsOf(judged: readonly JudgedTask[]): AgentShift[] {
  const shares = new Map<string, { recorded: number; policy: number }>();
  for (const { decision, chosen, target } of judged) {
    for (const [place, { agent }] of decision.candidates.entries()) {
      const share = shares.get(agent) ?? { recorded: 0, policy: 0 };
      share.recorded += place === chosen ? 1 : 0;
      share.policy += target[place]!;
      shares.set(agent, share);
    }
  }
  return [...shares]
    .map(([agent, { recorded, policy }]) => ({
      agent,
      recordedRatio: recorded / judged.length,
      policyRatio: policy / judged.length,
    }))
    .sort((a, b) => b.policyRatio - a.policyRatio || b.recordedRatio - a.recordedRatio);
}
