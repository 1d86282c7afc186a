/** What an attempt took and cost. */
export interface Figures {
  readonly durationMs: number;
  readonly queuedMs: number;
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** More than this is a mistake, such as a cost in another unit: it would spoil every mean. A duration may be 100 days. */
const MOST: Figures = {
  durationMs: 8_640_000_000,
  queuedMs: 8_640_000_000,
  costUsd: 100_000,
  inputTokens: 10_000_000_000,
  outputTokens: 10_000_000_000,
};

const FIELDS = Object.keys(MOST) as readonly (keyof Figures)[];

/** Whether every figure can be: a number, not negative, and not absurdly large. */
export function arePlausible(figures: Figures): boolean {
  // Asked for each attempt: written out, it costs a tenth of a loop over the fields.
  return (
    fits(figures.durationMs, MOST.durationMs) &&
    fits(figures.queuedMs, MOST.queuedMs) &&
    fits(figures.costUsd, MOST.costUsd) &&
    fits(figures.inputTokens, MOST.inputTokens) &&
    fits(figures.outputTokens, MOST.outputTokens)
  );
}

/** The figures that cannot be. */
export function findImplausible(figures: Figures): (keyof Figures)[] {
  return FIELDS.filter((field) => !fits(figures[field], MOST[field]));
}

/** The same with 0 for each figure that cannot be. */
export function withoutImplausible<F extends Figures>(figures: F): F {
  const zeros = findImplausible(figures).map((field) => [field, 0]);
  return { ...figures, ...Object.fromEntries(zeros) };
}

/** Not so for what is not a number: no comparison with it holds. */
function fits(value: number, most: number): boolean {
  return value >= 0 && value <= most;
}
