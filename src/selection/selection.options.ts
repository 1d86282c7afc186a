import { SelectionOptionError } from './selection.errors.js';
import { resolveObjective, type Objective, type ObjectiveOptions } from './strategies/objective.js';
import { DEFAULT_STRATEGY } from './catalog/strategy-catalog.js';

/** How agents are selected where tasks do not say; see {@link SELECTION_DEFAULTS}. */
export interface SelectionOptions {
  /** The strategy of tasks that neither name one nor give a hint: `cheapest`, for example, to cut costs. */
  readonly strategy?: string;
  /** How success, speed and cost are weighed against each other by `balanced` and `adaptive`. */
  readonly objective?: ObjectiveOptions;
}

export interface ResolvedSelectionOptions {
  readonly strategy: string;
  readonly objective: Objective;
}

export const SELECTION_DEFAULTS: ResolvedSelectionOptions = Object.freeze({
  strategy: DEFAULT_STRATEGY,
  objective: resolveObjective(),
});

/**
 * Fills in the defaults. Whether there is such a strategy is seen once those of the application are known.
 * @throws SELECTION_OPTION_INVALID naming the field, its value and what it may be
 */
export function resolveSelectionOptions(options: SelectionOptions = {}): ResolvedSelectionOptions {
  const { strategy = SELECTION_DEFAULTS.strategy } = options;
  if (typeof strategy !== 'string') {
    throw new SelectionOptionError('strategy', strategy, 'the name of a strategy');
  }
  return Object.freeze({ strategy, objective: resolveObjective(options.objective) });
}
