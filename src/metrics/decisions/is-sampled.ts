/** Hexadecimal digits of a task's id that decide; 32 bits. */
const DIGITS = 8;

/**
 * Whether the choices of a task are recorded. The id is random, so it decides: the same for all attempts of the task, on every
 * node, and nothing is drawn.
 */
export function isSampled(taskId: string, sampleRatio: number): boolean {
  if (sampleRatio >= 1) return true;
  return Number.parseInt(taskId.slice(0, DIGITS), 16) < sampleRatio * 16 ** DIGITS;
}
