import { CadreError, didYouMean, nearestNames } from '../common/index.js';

/** No strategy has this name. */
export class UnknownStrategyError extends CadreError {
  constructor(wanted: string, known: readonly string[]) {
    const nearest = nearestNames(wanted, known);
    super({
      code: 'STRATEGY_UNKNOWN',
      kind: 'input',
      message: `There is no selection strategy "${wanted.slice(0, 80)}".${didYouMean(nearest)} There are ${known.join(', ')}.`,
      details: { strategy: wanted.slice(0, 80), known },
    });
  }
}
