import semver from 'semver';
import { InvalidVersionRangeError } from '../registry.errors.js';

/** Longer than any range that a person writes, and short enough for every parser. */
const MAX_RANGE_LENGTH = 100;

/** @throws VERSION_RANGE_INVALID for what is no semantic version or range of at most 100 characters */
export function checkVersionRange(range: string): void {
  if (typeof range === 'string' && range.length <= MAX_RANGE_LENGTH && semver.validRange(range) !== null) {
    return;
  }
  throw new InvalidVersionRangeError(range);
}
