import type { Scope } from '../../plan/plan.types.js';
import { EXPRESSION_LIMITS } from '../expression-limits.js';

/** A compiled part of an expression. */
export type Evaluate = (evaluation: Evaluation) => unknown;

/** An operation that failed and was covered up by `||`, `&&` or a loop costs as much as this many others: it made an error. */
const FAILURE_WORK = 100;

/** Texts are handled many characters at a time. */
const CHARACTERS_PER_WORK = 64;

/**
 * Why an expression has no value. Never leaves this folder: it is turned into an `ExpressionError`, which names the
 * expression.
 */
export class Trouble extends Error {
  constructor(
    readonly reason: string,
    /** `missing`: there is no such data. `limit`: too much work; nothing may cover it up. */
    readonly kind: 'operation' | 'missing' | 'limit' = 'operation',
  ) {
    super(reason);
  }
}

/** One evaluation of one expression: what it sees, what it has made, and how much it may still do. */
export class Evaluation {
  /** The items of the loops that are under way, the outermost first. */
  readonly items: unknown[] = [];
  #workLeft: number = EXPRESSION_LIMITS.maxWork;
  #made: Set<unknown> | undefined;

  constructor(readonly scope: Scope) {}

  /** @throws Trouble when more was done than is allowed */
  spend(work: number): void {
    this.#workLeft -= work;
    if (this.#workLeft >= 0) return;
    throw new Trouble(
      `it takes more than ${EXPRESSION_LIMITS.maxWork} operations; let it go over less data, or let an agent do this`,
      'limit',
    );
  }

  /** Pays for work with a text of this length. */
  spendOnText(length: number): void {
    this.spend(1 + length / CHARACTERS_PER_WORK);
  }

  /** Pays for a text that is about to be made. */
  allowText(length: number): void {
    if (length > EXPRESSION_LIMITS.maxTextLength) throw textTooLong();
    this.spendOnText(length);
  }

  /** Gives back an error that may be covered up; throws any other. */
  coverable(error: unknown): Trouble {
    if (!(error instanceof Trouble) || error.kind === 'limit') throw error;
    this.spend(FAILURE_WORK);
    return error;
  }

  /** Marks a list or object as made by the expression, in contrast to one that was found in the data. */
  own<T extends object>(value: T): T {
    (this.#made ??= new Set()).add(value);
    return value;
  }

  owns(value: unknown): boolean {
    return this.#made?.has(value) ?? false;
  }
}

export function textTooLong(): Trouble {
  return new Trouble(`it makes a text of more than ${EXPRESSION_LIMITS.maxTextLength} characters`, 'limit');
}
