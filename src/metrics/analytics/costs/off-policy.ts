import { studentQuantile } from '../statistics/normal.js';
import type { Estimated } from '../statistics/estimated.js';
import type { RecordedTask, TaskResult } from './recorded-task.js';
import { ResultModel } from './result-model.js';

/** A task for which the policy would choose, and how likely it would choose each candidate. */
export interface JudgedTask extends RecordedTask {
  readonly propensities: readonly number[];
  readonly target: readonly number[];
}

/** What the policy would have changed for each task, on average; above 0 is more than what was recorded. */
export interface OffPolicyEstimate extends Readonly<Record<keyof TaskResult, Estimated>> {
  /** How many tasks, chosen by the policy itself, would say as much (Kish, Survey Sampling, 1965, section 11.7). */
  readonly effectiveCount: number;
}

/**
 * Estimates what another policy would have come to, from tasks whose agents were chosen by chance with known probabilities.
 *
 * Doubly robust (Dudík, Langford and Li, "Doubly robust policy evaluation and learning", ICML 2011), of the difference of both policies: for
 * each task the difference that a model of the results expects, and where the policy could have chosen the same agent, the part by which the
 * model was wrong, weighted by how much more likely it would have. Without bias whatever the model says, as the probabilities are known; the
 * better the model, the narrower the interval. The model knows only earlier tasks, so that the terms are martingale differences also where
 * the recorded strategy learned from its results (Hadad et al., PNAS 118, 2021).
 *
 * @param tasks oldest first, at least two
 * @param confidence of the intervals: Student's, with the effective count less one as degrees of freedom
 */
export function estimateOffPolicy(tasks: readonly JudgedTask[], confidence: number): OffPolicyEstimate {
  const weights = tasks.map(weightOf);
  const effectiveCount =
    sumOf(weights) ** 2 / Math.max(sumOf(weights.map((weight) => weight * weight)), 1e-300);
  const model = new ResultModel();
  const scores = tasks.map((task) => {
    const score = scoreOf(task, model);
    model.learn(task);
    return score;
  });
  const reach = studentQuantile((1 + confidence) / 2, Math.max(effectiveCount - 1, 1));
  const estimate = (name: keyof TaskResult, leastVariance = 0): Estimated => {
    const { mean, variance } = meanOf(scores.map((score) => score[name]));
    const margin = reach * Math.sqrt(Math.max(variance, leastVariance));
    return { value: mean, low: mean - margin, high: mean + margin };
  };
  return {
    costUsd: estimate('costUsd'),
    success: estimate('success', successVariance(tasks, weights, effectiveCount)),
    durationMs: estimate('durationMs'),
    effectiveCount,
  };
}

function weightOf({ target, propensities, chosen }: JudgedTask): number {
  return target[chosen]! / propensities[chosen]!;
}

function scoreOf(task: JudgedTask, model: ResultModel): TaskResult {
  const { target, propensities, chosen, result } = task;
  const expected = model.expect(task);
  const more = weightOf(task) - 1;
  const scoreIn = (name: keyof TaskResult): number => {
    let score = more * (result[name] - expected[chosen]![name]);
    for (const [place, each] of expected.entries())
      score += (target[place]! - propensities[place]!) * each[name];
    return score;
  };
  return { costUsd: scoreIn('costUsd'), success: scoreIn('success'), durationMs: scoreIn('durationMs') };
}

/** And the variance of the mean. */
function meanOf(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const n = values.length;
  const mean = sumOf(values) / n;
  return { mean, variance: sumOf(values.map((value) => (value - mean) ** 2)) / (n - 1) / n };
}

/**
 * Where no failure, or hardly one, was seen under the policy, the scores vary too little. So their variance is taken to be at least that of a
 * share with one success and one failure more (the rule of succession of Laplace).
 */
function successVariance(
  tasks: readonly JudgedTask[],
  weights: readonly number[],
  effectiveCount: number,
): number {
  const successes = sumOf(tasks.map(({ result }, place) => weights[place]! * result.success));
  const ratio = successes / Math.max(sumOf(weights), 1e-300);
  const share = (ratio * effectiveCount + 1) / (effectiveCount + 2);
  return (share * (1 - share)) / (effectiveCount + 2);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
