import { z } from 'zod';
import { cursor, instant, name, pageOf, queryInteger } from '../common.schemas.js';

export const quotaPath = z.strictObject({ id: name });

export const quotasQuery = z.strictObject({
  limit: queryInteger(1, 500).default(50),
  cursor: cursor.optional(),
});

const members = {
  scope: z
    .strictObject({
      agent: name.optional(),
      capability: name.optional(),
      tenant: name.optional(),
      workflow: name.optional(),
    })
    .describe('Whose attempts are counted; * counts each value for itself, {} all together.'),
  tasksPerSecond: z.number().min(0.0001).max(1_000_000).optional(),
  burst: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('May begin at once after a rest; default: as many as in a second.'),
  maxConcurrentTasks: z.int().min(0).max(1_000_000).optional(),
  maxTokens: z.int().min(0).max(1e15).optional().describe('In a period, input and output together.'),
  maxCostUsd: z.number().min(0).max(1e9).optional().describe('In a period.'),
  period: z
    .enum(['minute', 'hour', 'day', 'month'])
    .optional()
    .describe('Of the calendar, in UTC; of maxTokens and maxCostUsd.'),
};

const onLimit = z.enum(['refuse', 'queue', 'fallback']);

export const quotaBody = z
  .strictObject({ ...members, onLimit: onLimit.optional().describe('Default refuse.') })
  .meta({ id: 'QuotaRequest' });

export const quotaView = z
  .object({
    id: z.string(),
    ...members,
    onLimit,
    source: z.enum(['options', 'stored']).describe('Set by the application, or at run time.'),
    warnings: z.array(z.string()).describe('Names in its scope that nothing here has.'),
    usage: z
      .array(
        z.object({
          scope: z.record(z.string(), z.string()).describe('The values that are counted here.'),
          running: z.int().describe('Attempts under way, on all nodes.'),
          tokens: z.number().describe('Used in the period, and reserved for attempts under way.'),
          costUsd: z.number(),
          periodStartedAt: instant.optional(),
          periodEndsAt: instant.optional(),
        }),
      )
      .describe('The latest used ones, at most 100.'),
  })
  .meta({ id: 'Quota' });

export const quotaPage = pageOf(quotaView);

export type QuotasQuery = z.output<typeof quotasQuery>;
export type QuotaBody = z.output<typeof quotaBody>;
