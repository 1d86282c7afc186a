import type { StartOptions } from '../../orchestration/index.js';
import { RunOptionError } from './run.errors.js';

const MAX_PRIORITY = 100;
const MAX_KEY_LENGTH = 200;
const DURABILITIES: readonly unknown[] = [undefined, 'durable', 'memory'];

/** Checks how a run is to be started; options may come from JavaScript. @throws RUN_OPTION_INVALID */
export function resolveStartOptions(options: StartOptions = {}): StartOptions {
  const { priority, durability, idempotencyKey: key } = options;
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
  if (key !== undefined && !(typeof key === 'string' && key.trim() !== '' && key.length <= MAX_KEY_LENGTH)) {
    throw new RunOptionError(`idempotencyKey must be a text of 1 to ${MAX_KEY_LENGTH} characters`);
  }
  return options;
}
