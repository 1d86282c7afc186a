import { z } from 'zod';
import { instant, name, queryNumber, trendView } from '../common.schemas.js';

const hours = queryNumber(0.001, 8_784).default(24);

export const windowQuery = z.strictObject({ hours });

export const reviewQuery = z.strictObject({ version: z.string().min(1).max(100).optional(), hours });

export const failuresQuery = z.strictObject({ workflow: name.optional(), hours });

const ratio = z.number().min(0).max(1);
const counts = z.record(z.string(), z.number());

const successRatioView = z.object({ value: ratio, low: ratio, high: ratio, count: z.number() }).meta({
  id: 'SuccessRatio',
  description: 'A share, and the interval that holds the true one in 95 of 100 cases.',
});

const durationsView = z
  .object({ count: z.number(), meanMs: z.number(), p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number() })
  .meta({ id: 'Durations', description: 'Quantiles are exact to 1 %.' });

export const performanceView = z
  .object({
    attempts: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    excused: z.number().describe('ended by no doing of the agent'),
    implausible: z.number().describe('with figures that cannot be, which count as 0'),
    errorKinds: counts,
    successRatio: successRatioView.optional(),
    durations: durationsView.optional().describe('of attempts that succeeded'),
    allDurations: durationsView.optional().describe('of attempts that succeeded or failed'),
    waits: durationsView.optional().describe('time in line'),
    costUsd: z.number(),
    costPerAttemptUsd: z.number().optional(),
    inputTokens: z.number(),
    outputTokens: z.number(),
  })
  .meta({ id: 'Performance', description: 'What was measured; what nothing is known of is absent.' });

const estimateView = z
  .object({
    sampleCount: z.number().describe('attempts, older ones discounted'),
    successAlpha: z.number(),
    successBeta: z.number(),
    meanDurationMs: z.number().optional(),
    peakEwmaMs: z.number().optional().describe('rises at once, falls slowly'),
    meanCostUsd: z.number().optional(),
  })
  .meta({
    id: 'PerformanceEstimate',
    description: 'Success as a Beta distribution; what is unknown is absent.',
  });

const verdict = z.enum(['unproven', 'needs-improvement', 'attention', 'good', 'high-performer']);

export const reviewView = z
  .object({
    release: z.string(),
    fromAt: instant,
    toAt: instant,
    verdict,
    utilizationRatio: ratio.optional(),
    capabilities: z.array(
      z.object({
        capability: z.string(),
        verdict,
        findings: z.array(
          z.object({
            code: z.string(),
            severity: z.enum(['problem', 'warning', 'praise']),
            message: z.string(),
            advice: z.string(),
          }),
        ),
        evidence: performanceView,
        expected: estimateView.optional().describe('by which strategies choose now'),
        baseline: performanceView.optional(),
        whenBusy: successRatioView.optional(),
        whenQuiet: successRatioView.optional(),
        byInputType: z.array(
          z.object({
            inputType: z.string(),
            attempts: z.number(),
            successRatio: successRatioView.optional(),
            p50Ms: z.number().optional(),
          }),
        ),
        trends: z.object({ medianDurationMs: trendView.optional(), successRatio: trendView.optional() }),
      }),
    ),
  })
  .meta({
    id: 'PerformanceReview',
    description: 'Verdict, evidence, trends and advice for each capability.',
  });

function reportOf<Item extends z.ZodType>(item: Item) {
  return z.object({ fromAt: instant, toAt: instant, items: z.array(item), nextCursor: z.null() });
}

export const failuresView = reportOf(
  z.object({
    workflow: z.string().describe('empty for tasks of no workflow'),
    release: z.string(),
    capability: z.string(),
    failed: z.number(),
    attempts: z.number(),
    errorKinds: z.array(z.object({ kind: z.string(), count: z.number() })),
  }),
);

export const problemsView = reportOf(
  z.object({
    release: z.string(),
    capability: z.string(),
    failed: z.number(),
    attempts: z.number(),
    successRatio: successRatioView,
    failureShareRatio: ratio,
  }),
);

export const durationsReportView = reportOf(
  z.object({
    capability: z.string(),
    durations: durationsView.optional(),
    waits: durationsView.optional(),
  }),
);

export type ReviewQuery = z.output<typeof reviewQuery>;
export type FailuresQuery = z.output<typeof failuresQuery>;
export type WindowQuery = z.output<typeof windowQuery>;
