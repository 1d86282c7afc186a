/**
 * A value and the interval that holds it with the confidence asked for.
 * @publicApi
 */
export interface Estimated {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The same through a function that does not fall; for one that falls, see {@link negated}. */
export function mapped({ value, low, high }: Estimated, map: (each: number) => number): Estimated {
  return { value: map(value), low: map(low), high: map(high) };
}

export function negated({ value, low, high }: Estimated): Estimated {
  return { value: 0 - value, low: 0 - high, high: 0 - low };
}
