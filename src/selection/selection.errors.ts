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

/** Strategies in the code of the application are wrong: the boot stops. */
export class StrategiesRefusedError extends CadreError {
  constructor(violations: readonly string[]) {
    super({
      code: 'STRATEGIES_REFUSED',
      kind: 'definition',
      message: `The declared strategies are not valid:\n${violations.map((violation) => `- ${violation}`).join('\n')}`,
      details: { violations },
    });
  }
}

/** An option of the selection is out of its bounds. */
export class SelectionOptionError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'SELECTION_OPTION_INVALID',
      kind: 'definition',
      message: `selection.${field} is ${String(value).slice(0, 60)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}

/** No choice is recorded under this id. */
export class UnknownChoiceError extends CadreError {
  constructor(choiceId: string) {
    super({
      code: 'CHOICE_UNKNOWN',
      kind: 'not-found',
      message: `No choice is recorded as "${choiceId.slice(0, 80)}". Its id is that of the task, a dot and the number of the attempt; it may be forgotten, or never have been recorded.`,
      details: { choice: choiceId.slice(0, 80) },
    });
  }
}
