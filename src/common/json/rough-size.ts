/** Members of one list or object that are looked at; the rest is taken to be like them. */
const SAMPLE = 32;

/** Values that are looked at in all. */
const MAX_VALUES = 1_000;

/**
 * Roughly how many bytes a value takes as JSON, without writing it. Of a long list only some members are looked at, spread over
 * all of it, and the rest is taken to be like them; after 1 000 values the rest counts nothing. What is no JSON counts nothing.
 */
export function roughJsonBytes(value: unknown): number {
  return measure(value, { left: MAX_VALUES });
}

function measure(value: unknown, budget: { left: number }): number {
  budget.left -= 1;
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number') return 8;
  if (typeof value !== 'object' || value === null) return 4;
  if (budget.left <= 0) return 2;
  return Array.isArray(value) ? measureList(value, budget) : measureObject(value, budget);
}

function measureList(list: readonly unknown[], budget: { left: number }): number {
  const step = Math.max(1, Math.floor(list.length / SAMPLE));
  let bytes = 0;
  let seen = 0;
  for (let index = 0; index < list.length && seen < SAMPLE; index += step) {
    bytes += measure(list[index], budget) + 1;
    seen += 1;
  }
  return 2 + Math.round(seen === 0 ? 0 : (bytes * list.length) / seen);
}

function measureObject(object: object, budget: { left: number }): number {
  let bytes = 2;
  for (const key in object) {
    if (budget.left <= 0) break;
    bytes += key.length + 4 + measure((object as Readonly<Record<string, unknown>>)[key], budget);
  }
  return bytes;
}
