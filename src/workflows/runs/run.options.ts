import type { StartOptions } from '../../orchestration/index.js';
import { RunOptionError } from './run.errors.js';

const MAX_PRIORITY = 100;
const MAX_TEXT_LENGTH = 200;
const DURABILITIES: readonly unknown[] = [undefined, 'durable', 'memory'];

/** Checks how a run is to be started; options may come from JavaScript. @throws RUN_OPTION_INVALID */
export function resolveStartOptions(options: StartOptions = {}): StartOptions {
  const { priority, durability, tenant, idempotencyKey } = options;
  if (priority !== undefined && !(Number.isInteger(priority) && Math.abs(priority) <= MAX_PRIORITY)) {
    throw new RunOptionError(
      `priority is ${String(priority).slice(0, 40)}; it must be a whole number from -100 to 100`,
    );
  }
  if (!DURABILITIES.includes(durability)) {
    throw new RunOptionError(
      `durability is "${String(durability).slice(0, 40)}"; it must be durable or memory`,
    );
  }
  checkText('tenant', tenant);
  checkText('idempotencyKey', idempotencyKey);
  return options;
}

function checkText(field: string, text: string | undefined): void {
  if (text === undefined) return;
  if (typeof text === 'string' && text.trim() !== '' && text.length <= MAX_TEXT_LENGTH) return;
  throw new RunOptionError(`${field} must be a text of 1 to ${MAX_TEXT_LENGTH} characters`);
}
