import type { Measures } from '../measures/measures.js';
import type { ReviewOptions } from '../metrics.options.js';
import { longerByChance, lowerByChance, successRatioOf, type SuccessRatio } from './comparisons.js';
import type { ReviewFinding } from './review.types.js';

/** What rules judge by. */
export interface ReviewCase {
  readonly capability: string;
  readonly measures: Measures;
  readonly baseline: Measures;
  /** Time in the last hour that the slots of the release were in use. */
  readonly utilizationRatio: number | undefined;
  readonly declaredDurationMs: number | undefined;
  /** How much slower than its own baseline it got, where the drift detector says so. */
  readonly driftRatio: number | undefined;
  readonly options: ReviewOptions;
}

/** So rare by chance that it is believed. */
const SIGNIFICANT = 0.01;

/** A declared duration is a promise that half as much again does not break, but twice does. */
const SLOWER_THAN_DECLARED = 2;

/** To which utilization agents are to be added: beyond it waits grow fast, whatever the work. */
const HEALTHY_UTILIZATION = 0.7;

type Rule = (found: ReviewCase) => ReviewFinding | undefined;

/** Each looks for one thing; all findings are told. */
const RULES: readonly Rule[] = [
  findLowSuccess,
  findFailingMore,
  findSlow,
  findSlowing,
  findDrift,
  findSaturation,
  findWorseWhenBusy,
];

/** What stands out, the worst first. A release without enough attempts is told nothing but that it is saturated. */
export function findAll(found: ReviewCase): ReviewFinding[] {
  const isProven = found.measures.counted >= found.options.minSamples;
  const rules = isProven ? RULES : [findSaturation];
  const findings = rules.flatMap((rule) => rule(found) ?? []);
  const praise = isProven && findings.length === 0 ? findHighPerformer(found) : undefined;
  return praise === undefined ? findings.toSorted(bySeverity) : [praise];
}

function bySeverity(a: ReviewFinding, b: ReviewFinding): number {
  const rank = { problem: 0, warning: 1, praise: 2 };
  return rank[a.severity] - rank[b.severity];
}

/** PF-01: not by the point, which a few unlucky attempts can put anywhere, but by the interval. */
function findLowSuccess({ measures, capability, options }: ReviewCase): ReviewFinding | undefined {
  const ratio = successRatioOf(measures.succeeded, measures.failed)!;
  if (ratio.value >= options.minSuccessRatio) return undefined;
  const isSure = ratio.high < options.minSuccessRatio;
  return {
    code: 'low-success',
    severity: isSure ? 'problem' : 'warning',
    message: `${percent(ratio.value)} of ${ratio.count} attempts succeeded (${interval(ratio)}), below ${percent(options.minSuccessRatio)}${isSure ? '' : '; it may be chance'}`,
    advice: `Needs improvement at "${capability}"${mainError(measures)}. Until then, let others do it.`,
  };
}

function findFailingMore({ measures, baseline, options }: ReviewCase): ReviewFinding | undefined {
  const now = successRatioOf(measures.succeeded, measures.failed)!;
  const before = successRatioOf(baseline.succeeded, baseline.failed);
  if (before === undefined || before.count < options.minSamples) return undefined;
  if (lowerByChance(now, before) >= SIGNIFICANT) return undefined;
  return {
    code: 'failing-more',
    severity: 'warning',
    message: `${percent(now.value)} of attempts succeeded, ${percent(before.value)} in the days before`,
    advice: `Look at what changed${mainError(measures)}.`,
  };
}

function findSlow({
  measures,
  declaredDurationMs,
  options,
  capability,
}: ReviewCase): ReviewFinding | undefined {
  const medianMs = measures.successes.quantileMs(0.5);
  const declaredMost =
    declaredDurationMs === undefined ? Infinity : declaredDurationMs * SLOWER_THAN_DECLARED;
  const mostMs = Math.min(options.slowDurationMs, declaredMost);
  if (medianMs === undefined || medianMs <= mostMs) return undefined;
  const limit =
    mostMs === options.slowDurationMs
      ? `the limit is ${ms(mostMs)}`
      : `it declares ${ms(declaredDurationMs!)}`;
  return {
    code: 'slow',
    severity: 'warning',
    message: `half of its attempts take longer than ${ms(medianMs)}; ${limit}`,
    advice: `Make it faster at "${capability}", or declare what it takes.`,
  };
}

/** PF-02, against its own past: a slow agent that always was is not getting slow. */
function findSlowing({ measures, baseline, options }: ReviewCase): ReviewFinding | undefined {
  const [now, before] = [measures.successes, baseline.successes];
  if (Math.min(now.count, before.count) < options.minSamples) return undefined;
  const [nowMs, beforeMs] = [now.quantileMs(0.5)!, before.quantileMs(0.5)!];
  if (nowMs < beforeMs * options.slowdownRatio || longerByChance(now, before) >= SIGNIFICANT)
    return undefined;
  return {
    code: 'slowing',
    severity: 'warning',
    message: `is getting slow: its median is ${ms(nowMs)}, ${ms(beforeMs)} in the days before`,
    advice: 'Look at what it depends on, and at its load; urgent work is better given to others.',
  };
}

function findDrift({ driftRatio }: ReviewCase): ReviewFinding | undefined {
  if (driftRatio === undefined) return undefined;
  return {
    code: 'drifted',
    severity: 'warning',
    message: `takes ${driftRatio.toFixed(1)} times as long as it used to, on this node`,
    advice: 'Look at what changed since; it is told by performance.drifted when it began.',
  };
}

/** PF-03: not an instant, but an hour. */
function findSaturation({ utilizationRatio, capability, options }: ReviewCase): ReviewFinding | undefined {
  if (utilizationRatio === undefined || utilizationRatio < options.saturationRatio) return undefined;
  const more = Math.max(1, Math.ceil(utilizationRatio / HEALTHY_UTILIZATION) - 1);
  return {
    code: 'saturated',
    severity: 'warning',
    message: `its slots were in use ${percent(utilizationRatio)} of the last hour`,
    advice: `Consider adding ${more === 1 ? 'another agent' : `${more} more agents`} with "${capability}", or raise maxConcurrentTasks.`,
  };
}

/** PF-07: success that drops with load. */
function findWorseWhenBusy(found: ReviewCase): ReviewFinding | undefined {
  const { busy, quiet } = byLoad(found.measures);
  if (busy === undefined || quiet === undefined) return undefined;
  if (Math.min(busy.count, quiet.count) < found.options.minSamples) return undefined;
  if (lowerByChance(busy, quiet) >= SIGNIFICANT) return undefined;
  return {
    code: 'worse-when-busy',
    severity: 'warning',
    message: `${percent(busy.value)} of attempts succeed when it is busy, ${percent(quiet.value)} when it is not`,
    advice: `Lower maxConcurrentTasks, or add another agent with "${found.capability}".`,
  };
}

/** PF-06. */
function findHighPerformer({ measures, options, capability }: ReviewCase): ReviewFinding | undefined {
  const ratio = successRatioOf(measures.succeeded, measures.failed)!;
  if (ratio.low < options.highSuccessRatio) return undefined;
  return {
    code: 'high-performer',
    severity: 'praise',
    message: `${percent(ratio.value)} of ${ratio.count} attempts succeeded (${interval(ratio)})`,
    advice: `Give it more, and more challenging, work at "${capability}": critical tasks, for one.`,
  };
}

/** Success of attempts that found the agent busy, and of those that did not. */
export function byLoad(measures: Measures): {
  readonly busy: SuccessRatio | undefined;
  readonly quiet: SuccessRatio | undefined;
} {
  const { succeeded, failed, crowdedSucceeded, crowdedFailed } = measures;
  return {
    busy: successRatioOf(crowdedSucceeded, crowdedFailed),
    quiet: successRatioOf(succeeded - crowdedSucceeded, failed - crowdedFailed),
  };
}

function mainError({ errorKinds }: Measures): string {
  const [main] = [...errorKinds].sort(([, a], [, b]) => b - a);
  return main === undefined ? '' : `, mostly of kind ${main[0]}`;
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;
const interval = ({ low, high }: SuccessRatio): string => `${percent(low)} to ${percent(high)}`;
const ms = (value: number): string => `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value)} ms`;
