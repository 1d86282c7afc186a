import { z } from 'zod';
import { findNonJson, parseDurationMs } from '../common/index.js';

/** Any JSON value that does not nest too deep. */
export const jsonValue = z.unknown().superRefine((value, context) => {
  const found = value === undefined ? undefined : findNonJson(value);
  if (found !== undefined) context.addIssue({ code: 'custom', message: found.reason, path: [...found.path] });
});

/** Names of agents, capabilities, types: whatever they are, they are not long. */
export const name = z.string().min(1).max(200);

/** A whole number written in a query. */
export function queryInteger(least: number, most: number) {
  return z.coerce.number<string>().int().min(least).max(most);
}

/** A number written in a query. */
export function queryNumber(least: number, most: number) {
  return z.coerce.number<string>().min(least).max(most);
}

export const queryBoolean = z.enum(['true', 'false']).transform((text) => text === 'true');

export const cursor = z.string().min(1).max(500);

/** A length of time such as `10s`, at most `mostMs` milliseconds; becomes milliseconds. */
export function duration(mostMs: number) {
  return z
    .string()
    .max(20)
    .transform((text, context) => {
      try {
        const durationMs = parseDurationMs(text);
        if (durationMs <= mostMs) return durationMs;
        context.addIssue({ code: 'custom', message: `is longer than ${mostMs / 1_000}s` });
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
      return z.NEVER;
    });
}

/** An instant as ISO 8601. */
export const instant = z.iso.datetime();

/** An instant written in a query as ISO 8601, with its offset from UTC; becomes milliseconds since the epoch. */
export const queryInstant = z.iso
  .datetime({ offset: true, error: 'must be an instant such as 2026-01-31T09:30:00Z' })
  .transform((text) => Date.parse(text));

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** What was worked out, and how sure that is. */
export const estimatedView = z.object({ value: z.number(), low: z.number(), high: z.number() }).meta({
  id: 'Estimated',
  description: 'A value, and the interval that holds it with the confidence asked for.',
});

/** Where a figure is going, and how sure that is. */
export const trendView = z
  .object({
    direction: z.enum(['rising', 'falling', 'none']),
    pValue: z.number(),
    slopePerDay: estimatedView,
    from: z.number(),
    to: z.number(),
    change: estimatedView,
    changeRatio: estimatedView.optional(),
    spanMs: z.number(),
    pointCount: z.int(),
  })
  .meta({ id: 'Trend', description: 'Theil–Sen and Mann–Kendall; `none` where it may be chance.' });

/** A record of facts whose form depends on the case. */
export const facts = z.record(z.string(), z.unknown());

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    kind: z.string(),
    retryable: z.boolean(),
    requestId: z.string(),
    details: facts.optional(),
    task: z.unknown().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem document.' });

export const failure = z
  .object({
    code: z.string(),
    kind: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    details: facts.optional(),
  })
  .meta({ id: 'Failure' });
