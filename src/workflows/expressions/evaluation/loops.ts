import { type Evaluate, type Evaluation, Trouble } from './evaluation.js';
import { asBoolean, describeKind, isObject, memberNames } from './values.js';

/** A macro of CEL that goes over a list, or over the names of an object's members, compiled. */
export interface LoopParts {
  readonly name: string;
  /** What it goes over. */
  readonly items: Evaluate;
  /** Where the item is kept: how many loops are around this one. */
  readonly depth: number;
  /** Operations of one round. */
  readonly work: number;
  /** What is written behind the name of the item. */
  readonly body: readonly [Evaluate, Evaluate?];
}

/** How a loop is written and what it does. */
interface Loop {
  /** Arguments, the name of the item included. */
  readonly least: number;
  readonly most: number;
  readonly gives?: string;
  readonly compile: (parts: LoopParts) => Evaluate;
}

/** `list.name(item, …)`. */
export const LOOPS: ReadonlyMap<string, Loop> = new Map<string, Loop>([
  ['all', { least: 2, most: 2, compile: (parts) => quantifier(parts, false) }],
  ['exists', { least: 2, most: 2, compile: (parts) => quantifier(parts, true) }],
  ['exists_one', { least: 2, most: 2, compile: existsOne }],
  ['filter', { least: 2, most: 2, gives: 'a list', compile: filter }],
  ['map', { least: 2, most: 3, gives: 'a list', compile: map }],
]);

/** The items, one after the other, each paid for and put where the body finds it. */
function* rounds({ name, items, depth, work }: LoopParts, evaluation: Evaluation): Generator<unknown> {
  const whole = items(evaluation);
  for (const item of listOf(whole, name, evaluation)) {
    evaluation.spend(work);
    evaluation.items[depth] = item;
    yield item;
  }
}

function listOf(whole: unknown, name: string, evaluation: Evaluation): readonly unknown[] {
  if (Array.isArray(whole)) return whole as unknown[];
  if (isObject(whole)) return memberNames(whole, evaluation);
  throw new Trouble(
    `${name}() goes over a list or the names of an object's members, not ${describeKind(whole)}`,
  );
}

/**
 * `exists` ends with the first item that is true, `all` with the first that is false. As CEL has it, such an item covers up
 * the errors of others.
 */
function quantifier(parts: LoopParts, decisive: boolean): Evaluate {
  const [predicate] = parts.body;
  return (evaluation) => {
    let failure: Trouble | undefined;
    for (const _ of rounds(parts, evaluation)) {
      try {
        if (asBoolean(predicate(evaluation), `${parts.name}()`) === decisive) return decisive;
      } catch (error) {
        failure ??= evaluation.coverable(error);
      }
    }
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

function existsOne(parts: LoopParts): Evaluate {
  const [predicate] = parts.body;
  return (evaluation) => {
    let count = 0;
    for (const _ of rounds(parts, evaluation)) {
      if (asBoolean(predicate(evaluation), 'exists_one()')) count += 1;
    }
    return count === 1;
  };
}

function filter(parts: LoopParts): Evaluate {
  const [predicate] = parts.body;
  return (evaluation) => {
    const kept: unknown[] = [];
    for (const item of rounds(parts, evaluation)) {
      if (asBoolean(predicate(evaluation), 'filter()')) kept.push(item);
    }
    return evaluation.own(kept);
  };
}

/** `map(item, value)`, or `map(item, condition, value)`. */
function map(parts: LoopParts): Evaluate {
  const [first, second] = parts.body;
  return (evaluation) => {
    const made: unknown[] = [];
    for (const _ of rounds(parts, evaluation)) {
      if (second === undefined) made.push(first(evaluation));
      else if (asBoolean(first(evaluation), 'the condition of map()')) made.push(second(evaluation));
    }
    return evaluation.own(made);
  };
}
