import { findNonJson, jsonPath } from '../../common/index.js';

/**
 * Says why an output cannot be kept: it is not JSON, or larger than `maxBytes` as UTF-8 JSON; `undefined` when it can. Counts
 * without writing the JSON, and stops as soon as it is too much.
 */
export function findOutputProblem(value: unknown, maxBytes: number): string | undefined {
  const found = findNonJson(value);
  if (found !== undefined) return `${jsonPath(found.path)}: ${found.reason}`;
  if (countBytes(value, maxBytes) <= maxBytes) return undefined;
  return `it is larger than ${maxBytes} bytes; keep large data elsewhere and hand on a reference to it`;
}

/** At most the real number: escapes in texts are not counted. */
function countBytes(value: unknown, maxBytes: number): number {
  if (typeof value === 'string') return countText(value, maxBytes);
  if (typeof value === 'number') return String(value).length;
  if (typeof value !== 'object' || value === null) return 4;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const part of value) {
      bytes += 1 + countBytes(part, maxBytes - bytes);
      if (bytes > maxBytes) return bytes;
    }
    return bytes;
  }
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (part === undefined) continue;
    bytes += key.length + 4 + countBytes(part, maxBytes - bytes);
    if (bytes > maxBytes) return bytes;
  }
  return bytes;
}

/** A UTF-16 unit takes 1 to 3 bytes as UTF-8, so most texts need no counting. */
function countText(text: string, maxBytes: number): number {
  const isSurelySmall = text.length * 3 + 2 <= maxBytes;
  return isSurelySmall ? text.length + 2 : Buffer.byteLength(text) + 2;
}
