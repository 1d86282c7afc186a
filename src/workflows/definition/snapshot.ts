import { deepFreeze, findNonJson, messageOf, type NonJson } from '../../common/index.js';

/** A frozen copy of a value, or the first place in it that cannot be kept. */
export type Snapshot =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly found: NonJson };

/**
 * Takes a frozen copy of a JSON value, within the bounds that {@link findNonJson} sets. A run outlives the call that
 * starts it: what the caller does to its objects later must reach neither the run nor its record.
 */
export function takeSnapshot(value: unknown): Snapshot {
  try {
    const found = findNonJson(value);
    if (found !== undefined) return { ok: false, found };
    return { ok: true, value: deepFreeze(structuredClone(value)) };
  } catch (error) {
    // A getter or a proxy runs the caller's code, which may throw.
    return { ok: false, found: { path: [], reason: `cannot be read: ${messageOf(error)}` } };
  }
}
