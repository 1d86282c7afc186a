import { z } from 'zod';
import { cursor, instant, jsonValue, name, pageOf, queryInteger } from '../common.schemas.js';

export const schedulePath = z.strictObject({ id: name });

export const schedulesQuery = z.strictObject({
  limit: queryInteger(1, 500).default(50),
  cursor: cursor.optional(),
});

export const scheduleBody = z
  .strictObject({
    workflow: z.string().min(1).max(200).describe('name, or name@range; resolved at each start.'),
    cron: z
      .string()
      .min(1)
      .max(200)
      .describe('Five fields: minute, hour, day of the month, month, day of the week.'),
    timezone: z.string().min(1).max(100).default('UTC').describe('An IANA time zone: Europe/Berlin.'),
    input: jsonValue.optional().describe('The input of each run.'),
  })
  .meta({ id: 'ScheduleRequest' });

export const scheduleView = z
  .object({
    id: z.string(),
    workflow: z.string(),
    cron: z.string(),
    timezone: z.string(),
    input: z.unknown().optional(),
    createdAt: instant,
    nextAt: instant.describe('When it is due next.'),
  })
  .meta({ id: 'Schedule' });

export const schedulePage = pageOf(scheduleView);

export type SchedulesQuery = z.output<typeof schedulesQuery>;
export type ScheduleBody = z.output<typeof scheduleBody>;
