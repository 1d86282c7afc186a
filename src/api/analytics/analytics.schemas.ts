import { z } from 'zod';
import { TREND_METRICS } from '../../metrics/index.js';
import {
  duration,
  estimatedView,
  instant,
  name,
  queryInteger,
  queryNumber,
  trendView,
} from '../common.schemas.js';

const DAY_MS = 86_400_000;

/** What is asked further back than is kept is refused by the service, which knows how long that is. */
const hours = queryNumber(0.01, 100_000);

const QUANTILES = { mean: undefined, p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

export const capacityQuery = z.strictObject({
  capability: name,
  hours: hours.default(24).describe('How far to look back; at most as long as hours are kept.'),
  basis: z
    .enum(['busiest-hour', 'mean'])
    .default('busiest-hour')
    .describe('Plan for the load of the busiest hour, or for the mean of all.'),
  target: duration(DAY_MS).default(2_000).describe('How long tasks may wait: `2s`.'),
  of: z
    .enum(['mean', 'p50', 'p90', 'p95', 'p99'])
    .default('p95')
    .transform((quantile) => QUANTILES[quantile])
    .describe('Which wait the target is for: that of 95 % of the tasks, or the mean.'),
  addAgents: queryInteger(-10_000, 10_000)
    .optional()
    .describe('Predict the wait also with so many agents more, or less.'),
});

export const confidence = queryNumber(0.5, 0.999).default(0.95);

export const trendQuery = z.strictObject({
  metric: z.enum(TREND_METRICS).default('mean-duration'),
  hours: hours.default(168).describe('How far to look back; at most as long as days are kept.'),
  confidence,
  capability: name.optional(),
  agent: name.optional(),
  release: name.optional().describe('`name@version`.'),
  inputType: name.optional(),
  workflow: name.optional(),
  tenant: name.optional(),
});

const waitMs = z.number().nullable().describe('`null` where the line only grows.');

const predictedView = z
  .object({
    servers: z.int().describe('Slots.'),
    utilizationRatio: z.number().nullable(),
    waitProbability: z.number(),
    meanWaitMs: waitMs,
    p50WaitMs: waitMs,
    p95WaitMs: waitMs,
    p99WaitMs: waitMs,
  })
  .meta({ id: 'PredictedWait' });

const slotsView = {
  capability: z.string(),
  agents: z.int().describe('Instances that can serve, on all nodes.'),
  servers: z.int().describe('Slots of them.'),
};

export const capacityView = z
  .discriminatedUnion('verdict', [
    z.object({
      verdict: z.literal('predicted'),
      ...slotsView,
      target: z.object({ waitMs: z.number(), quantile: z.number().optional() }),
      load: z.object({
        attemptCount: z.int(),
        arrivalsPerSecond: z.number(),
        meanArrivalsPerSecond: z.number(),
        meanServiceMs: z.number(),
        serviceScv: z.number().describe('Squared coefficient of variation: 0 even, 1 exponential.'),
        arrivalScv: z.number(),
        offeredLoad: z.number().describe('Slots that are busy on average, if there are enough.'),
      }),
      observed: z.object({ meanWaitMs: z.number(), p95WaitMs: z.number() }),
      now: predictedView,
      enough: predictedView.optional().describe('With the fewest slots that meet the target.'),
      addAgents: z.int().optional().describe('Agents to add to meet the target; below 0 so many can go.'),
      after: predictedView.optional().describe('With so many agents more, or less.'),
      proposed: predictedView
        .extend({ agents: z.int() })
        .optional()
        .describe('With the agents that were asked about.'),
      cautions: z.array(z.string()),
    }),
    z.object({ verdict: z.literal('unmeasured'), ...slotsView, reason: z.string() }),
  ])
  .meta({ id: 'Capacity' });

export const trendReportView = z
  .object({
    metric: z.enum(TREND_METRICS),
    from: instant,
    to: instant,
    everyMs: z.number().describe('Milliseconds for which a point stands.'),
    confidence: z.number(),
    summary: z.string().describe('For people: `20 % slower over 7 days (95 %: 8 to 33 %), p = 0.003`.'),
    trend: trendView.optional().describe('Absent where there are too few points to tell.'),
    points: z.array(z.object({ at: instant, value: z.number() })),
  })
  .meta({
    id: 'TrendReport',
    description: 'Whether a figure rises or falls, with what that is concluded from.',
  });

const names = z
  .string()
  .min(1)
  .max(2_000)
  .transform((text) => text.split(',').map((each) => each.trim()));

/** `writer:3,plain_writer:1` */
const weights = z
  .string()
  .max(4_000)
  .regex(/^[^:,]{1,80}:\d{1,7}(\.\d{1,6})?(,[^:,]{1,80}:\d{1,7}(\.\d{1,6})?)*$/, {
    error: 'must be names with numbers, such as writer:3,plain_writer:1',
  })
  .transform((text) => {
    const pairs = text.split(',').map((each) => each.split(':') as [string, string]);
    return Object.fromEntries(pairs.map(([agent, weight]) => [agent.trim(), Number(weight)]));
  });

export const costsQuery = z.strictObject({
  choose: z
    .enum(['cheapest', 'fastest', 'most-reliable', 'any'])
    .default('cheapest')
    .describe('By what is known of the agents now; `any` is each as likely as the others.'),
  agents: names.optional().describe('Only these, by name, separated by commas.'),
  weights: weights
    .optional()
    .describe(
      'In place of `choose`, how likely each agent is compared with the others: `writer:3,plain_writer:1`.',
    ),
  minSuccessRatio: queryNumber(0, 1).optional().describe('Only agents that succeed at least this often.'),
  shareRatio: queryNumber(0.001, 1).optional().describe('Choose so for this share of the tasks only.'),
  criticality: z.enum(['normal', 'critical']).optional().describe('Only such tasks.'),
  priority: z.enum(['normal', 'urgent']).optional(),
  capability: name.optional(),
  inputType: name.optional(),
  workflow: name.optional(),
  tenant: name.optional(),
  hours: queryNumber(0.01, 8_784)
    .default(168)
    .describe('How far to look back; no further than choices are kept.'),
  confidence,
});

const whatIfCounts = {
  from: instant,
  to: instant,
  confidence: z.number(),
  taskCount: z.int().describe('Tasks recorded in the window.'),
  affectedCount: z.int().describe('Those for which agents would be chosen otherwise.'),
  judgedCount: z.int().describe('Those of them that the records say enough of.'),
};

export const whatIfView = z
  .discriminatedUnion('verdict', [
    z.object({
      verdict: z.literal('estimated'),
      ...whatIfCounts,
      recordedUsd: z.number().describe('What the judged tasks did cost.'),
      savingUsd: estimatedView.describe('Of all judged tasks together; below 0 it would have cost more.'),
      savingPerTaskUsd: estimatedView,
      savingRatio: estimatedView.optional(),
      successChange: estimatedView.describe('Of the share of tasks that succeed.'),
      durationChangeMs: estimatedView.describe('Of the time that agents work on a task.'),
      effectiveCount: z.number().describe('How many tasks, chosen so, would say as much.'),
      shifts: z.array(z.object({ agent: z.string(), recordedRatio: z.number(), policyRatio: z.number() })),
    }),
    z.object({
      verdict: z.literal('refused'),
      ...whatIfCounts,
      refusal: z.enum(['nothing-affected', 'too-few-tasks', 'no-support', 'little-overlap']),
      reason: z.string(),
      unsupported: z.array(z.string()).describe('Agents of which too little is recorded.'),
    }),
  ])
  .meta({ id: 'WhatIf' });

export type CostsRequest = z.output<typeof costsQuery>;
export type CapacityRequest = z.output<typeof capacityQuery>;
export type TrendRequest = z.output<typeof trendQuery>;
