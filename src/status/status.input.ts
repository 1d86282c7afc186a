import { InvalidStatusInputError } from './status.errors.js';
import { isAgentStatus } from './status.machine.js';
import {
  AGENT_STATUSES,
  AUTOMATIC_TRIGGERS,
  MAX_CORRELATION_ID_LENGTH,
  MAX_REASON_LENGTH,
  MAX_TRIGGER_LENGTH,
  STATUS_ENTRY_KINDS,
  type StatusCause,
  type StatusEntryKind,
} from './status.types.js';

/** The longest window of time that is looked at: a leap year. */
export const MAX_HOURS = 24 * 366;
/** The most entries of one page. */
export const MAX_PAGE_SIZE = 500;

const HOUR_MS = 3_600_000;

/** @throws STATUS_INPUT_INVALID */
export function checkStatus(field: string, value: unknown): void {
  if (!isAgentStatus(value)) {
    throw new InvalidStatusInputError(field, value, `one of ${AGENT_STATUSES.join(', ')}`);
  }
}

/** @throws STATUS_INPUT_INVALID */
export function checkCause({ reason, triggeredBy, correlationId }: StatusCause): void {
  checkText('reason', reason, MAX_REASON_LENGTH);
  checkText('triggeredBy', triggeredBy, MAX_TRIGGER_LENGTH);
  if (!isTrigger(triggeredBy)) {
    throw new InvalidStatusInputError(
      'triggeredBy',
      triggeredBy,
      `one of ${AUTOMATIC_TRIGGERS.join(', ')} or user:<id>`,
    );
  }
  if (correlationId !== undefined) checkText('correlationId', correlationId, MAX_CORRELATION_ID_LENGTH);
}

/** @throws STATUS_INPUT_INVALID */
export function checkKinds(kinds: readonly StatusEntryKind[]): void {
  const stranger = kinds.find((kind) => !STATUS_ENTRY_KINDS.includes(kind));
  if (stranger !== undefined) {
    throw new InvalidStatusInputError('kinds', stranger, `one of ${STATUS_ENTRY_KINDS.join(', ')}`);
  }
}

/** @throws STATUS_INPUT_INVALID */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_SIZE) return;
  throw new InvalidStatusInputError('limit', limit, `a whole number from 1 to ${MAX_PAGE_SIZE}`);
}

/**
 * Hours as whole milliseconds.
 * @throws STATUS_INPUT_INVALID
 */
export function hoursToMs(hours: number): number {
  if (typeof hours === 'number' && hours > 0 && hours <= MAX_HOURS) return Math.round(hours * HOUR_MS);
  throw new InvalidStatusInputError('hours', hours, `a number greater than 0 and at most ${MAX_HOURS}`);
}

function checkText(field: string, value: unknown, maxLength: number): void {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength) return;
  throw new InvalidStatusInputError(
    field,
    value,
    `a text that is not blank, of at most ${maxLength} characters`,
  );
}

function isTrigger(text: string): boolean {
  if ((AUTOMATIC_TRIGGERS as readonly string[]).includes(text)) return true;
  return text.startsWith('user:') && text.slice('user:'.length).trim() !== '';
}
