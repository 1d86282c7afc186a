import type { Evaluate, Evaluation } from './evaluation.js';
import { asBoolean } from './values.js';

/** `left && right`: false where either is, even when the other fails, as CEL has it. */
export function and(left: Evaluate, right: Evaluate): Evaluate {
  return decideBy(false, '&&', left, right);
}

/** `left || right`: true where either is, even when the other fails, as CEL has it. */
export function or(left: Evaluate, right: Evaluate): Evaluate {
  return decideBy(true, '||', left, right);
}

function decideBy(decisive: boolean, operator: string, left: Evaluate, right: Evaluate): Evaluate {
  const read = (operand: Evaluate, evaluation: Evaluation): boolean =>
    asBoolean(operand(evaluation), operator);
  return (evaluation) => {
    try {
      if (read(left, evaluation) === decisive) return decisive;
    } catch (error) {
      const failure = evaluation.coverable(error);
      if (read(right, evaluation) === decisive) return decisive;
      throw failure;
    }
    return read(right, evaluation);
  };
}

export function not(operand: Evaluate): Evaluate {
  return (evaluation) => !asBoolean(operand(evaluation), '!');
}

/** `condition ? yes : no`; only the chosen one is evaluated. */
export function conditional(condition: Evaluate, yes: Evaluate, no: Evaluate): Evaluate {
  return (evaluation) => (asBoolean(condition(evaluation), 'a ? b : c') ? yes(evaluation) : no(evaluation));
}

/**
 * `has(f(x).a)`: whether there is such a member, null included. False also where what should have it is missing or null
 * already, which CEL would refuse: a skipped step has null for an output, and who asks wants to know.
 */
export function has(member: Evaluate): Evaluate {
  return (evaluation) => {
    try {
      return member(evaluation) !== undefined;
    } catch (error) {
      if (evaluation.coverable(error).kind === 'missing') return false;
      throw error;
    }
  };
}
