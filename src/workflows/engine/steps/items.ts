import { ItemsError } from '../engine.errors.js';

/** Items that one step may have: each is a task and a record of its own. */
export const MAX_ITEMS = 10_000;

/** @throws ITEMS_INVALID */
export function readItems(key: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    const kind = typeof value;
    const found = value === null ? 'null' : `${kind === 'object' ? 'an' : 'a'} ${kind}`;
    throw new ItemsError(key, `are ${found}; forEach.items must give a list`);
  }
  if (value.length <= MAX_ITEMS) return value;
  throw new ItemsError(
    key,
    `are ${value.length}; at most ${MAX_ITEMS} are allowed. Split them among several runs`,
  );
}

/**
 * Does something with each item, `concurrency` of them at a time; what they came to is in the order of the items. Begins no
 * other after one has failed, and rejects with that failure once those under way have ended.
 */
export async function doItems<T>(
  items: readonly unknown[],
  concurrency: number,
  doItem: (item: unknown, index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = Array.from({ length: items.length });
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await doItem(items[index], index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
