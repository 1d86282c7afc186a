import type { CapacityReport, PredictedWait, TrendReport, WhatIfReport } from '../../metrics/index.js';
import { toInstant } from '../instants.js';

export function toCapacityView(report: CapacityReport) {
  const { capability, agents, servers } = report;
  if (report.verdict === 'unmeasured') {
    return { verdict: report.verdict, capability, agents, servers, reason: report.reason };
  }
  const { target, observed, addAgents, cautions, offeredLoad, proposed } = report;
  const { isArrivalScvMeasured: _, ...load } = report.load;
  return {
    verdict: report.verdict,
    capability,
    agents,
    servers,
    target,
    load: { ...load, offeredLoad },
    observed,
    now: toPredictedView(report.now),
    enough: report.enough && toPredictedView(report.enough),
    addAgents,
    after: report.after && toPredictedView(report.after),
    proposed: proposed && { ...toPredictedView(proposed), agents: proposed.agents },
    cautions,
  };
}

/** JSON has no infinity: a line that only grows has no wait. */
function toPredictedView(prediction: PredictedWait) {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    servers: prediction.servers,
    utilizationRatio: finite(prediction.utilizationRatio),
    waitProbability: prediction.waitProbability,
    meanWaitMs: finite(prediction.meanWaitMs),
    p50WaitMs: finite(prediction.p50WaitMs),
    p95WaitMs: finite(prediction.p95WaitMs),
    p99WaitMs: finite(prediction.p99WaitMs),
  };
}

export function toTrendView({ metric, fromAt, toAt, points, trend, ...report }: TrendReport) {
  const { everyMs, confidence, summary } = report;
  return {
    metric,
    from: toInstant(fromAt),
    to: toInstant(toAt),
    everyMs,
    confidence,
    summary,
    trend,
    points: points.map(({ at, value }) => ({ at: toInstant(at), value })),
  };
}

export function toWhatIfView({ fromAt, toAt, ...report }: WhatIfReport) {
  return { from: toInstant(fromAt), to: toInstant(toAt), ...report };
}
