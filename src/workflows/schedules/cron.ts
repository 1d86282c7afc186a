import { CronExpressionParser } from 'cron-parser';
import { messageOf } from '../../common/index.js';

/** Longer than any expression that a person writes. */
const MAX_CRON_LENGTH = 200;

/** What the parser puts a random number for. */
const CHANCE = /\bH\b/;

/** Why an expression of five fields in a time zone is none; `undefined` when it is. */
export function findCronProblem(cron: string, timezone: string): string | undefined {
  if (typeof cron !== 'string' || cron.length > MAX_CRON_LENGTH || cron.trim().split(/\s+/).length !== 5) {
    return `cron is ${shown(cron)}; it must have five fields: minute hour day-of-month month day-of-week`;
  }
  if (!isTimeZone(timezone)) {
    return `timezone is ${shown(timezone)}; it must be a name of the IANA time zone database, such as Europe/Berlin`;
  }
  if (CHANCE.test(cron))
    return `cron is ${shown(cron)}; H is for chance, which is another one each time: write a number`;
  try {
    nextOccurrence(cron, timezone, 0);
    return undefined;
  } catch (error) {
    return `cron is ${shown(cron)}: ${messageOf(error)}`;
  }
}

/** When an expression is due next, strictly after an instant; both in milliseconds since the epoch. */
export function nextOccurrence(cron: string, timezone: string, after: number): number {
  return CronExpressionParser.parse(cron, { tz: timezone, currentDate: new Date(after) })
    .next()
    .getTime();
}

function isTimeZone(timezone: unknown): boolean {
  try {
    return typeof timezone === 'string' && Intl.DateTimeFormat('en', { timeZone: timezone }) !== undefined;
  } catch {
    return false;
  }
}

function shown(value: unknown): string {
  return `"${String(value).slice(0, 60)}"`;
}
