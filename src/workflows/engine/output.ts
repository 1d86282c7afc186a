import { findNonJson, isJsonWithin, jsonPath, sealJson } from '../../common/index.js';

/** Says why a value cannot be kept: it is not JSON, or larger than `maxBytes` as UTF-8 JSON; `undefined` when it can. */
export function findOutputProblem(value: unknown, maxBytes: number): string | undefined {
  return isJsonWithin(value, maxBytes) ? undefined : problemOf(value, maxBytes);
}

/** Freezes a value that is to be kept, or says why it cannot be, as {@link findOutputProblem} does. */
export function sealOutput(value: unknown, maxBytes: number): string | undefined {
  return sealJson(value, maxBytes) ? undefined : problemOf(value, maxBytes);
}

function problemOf(value: unknown, maxBytes: number): string {
  const found = findNonJson(value);
  if (found !== undefined) return `${jsonPath(found.path)}: ${found.reason}`;
  return `it is larger than ${maxBytes} bytes; keep large data elsewhere and hand on a reference to it`;
}
