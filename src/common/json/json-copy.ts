import { isJsonWithin, MAX_JSON_DEPTH, type Json } from './json.js';

/** Most values of a copy, and most characters of its texts and names together. */
const MAX_VALUES = 10_000;
const MAX_CHARACTERS = 262_144;

interface Budget {
  values: number;
  characters: number;
}

/**
 * Makes JSON of any value: one that is JSON of at most 256 KiB is given back as it is; of others a copy, in which what JSON cannot
 * carry, or what is too much of it, is left out, or null in a list. Never throws, whatever getters and proxies do.
 */
export function toJsonFacts(value: unknown): Json {
  try {
    if (isJsonWithin(value, MAX_CHARACTERS)) return value as Json;
  } catch {
    // Code of whoever made the value; the copy takes what it can get.
  }
  return copyPart(value, 0, { values: MAX_VALUES, characters: MAX_CHARACTERS }) ?? null;
}

function copyPart(part: unknown, depth: number, budget: Budget): Json | undefined {
  budget.values -= 1;
  if (budget.values < 0 || depth > MAX_JSON_DEPTH) return undefined;
  switch (typeof part) {
    case 'string':
      return cut(part, budget);
    case 'bigint':
      return cut(String(part), budget);
    case 'number':
      return Number.isFinite(part) ? part : null;
    case 'boolean':
      return part;
    case 'object':
      return part === null ? null : attempt(() => copyObject(part, depth, budget));
    default:
      return undefined;
  }
}

function copyObject(part: object, depth: number, budget: Budget): Json | undefined {
  const { toJSON } = part as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return copyPart(toJSON.call(part), depth + 1, budget);
  return Array.isArray(part) ? copyList(part, depth, budget) : copyMembers(part, depth, budget);
}

function copyList(list: readonly unknown[], depth: number, budget: Budget): Json[] {
  const copy: Json[] = [];
  for (let index = 0; index < list.length && budget.values > 0; index += 1) {
    copy.push(attempt(() => copyPart(list[index], depth + 1, budget)) ?? null);
  }
  return copy;
}

function copyMembers(part: object, depth: number, budget: Budget): Json {
  const entries: [string, Json][] = [];
  for (const key of Object.keys(part)) {
    if (budget.values <= 0) break;
    const read = (): unknown => (part as Readonly<Record<string, unknown>>)[key];
    const member = attempt(() => copyPart(read(), depth + 1, budget));
    if (member !== undefined) entries.push([cut(key, budget), member]);
  }
  // Not by assignment: `__proto__` is a name like any other in JSON.
  return Object.fromEntries(entries);
}

function cut(text: string, budget: Budget): string {
  const kept = text.slice(0, budget.characters);
  budget.characters -= kept.length;
  return kept;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
