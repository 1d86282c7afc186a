import type { Scope } from '../../plan/plan.types.js';
import { EXPRESSION_LIMITS } from '../expression-limits.js';

/** A compiled part of an expression. */
export type Evaluate = (evaluation: Evaluation) => unknown;

/** What it costs to throw an error that `||`, `&&` or a loop covers up: some 10 µs, and 50 ns is one operation. */
const FAILURE_WORK = 200;

/** Texts are handled many characters at a time. */
const CHARACTERS_PER_WORK = 64;

/** Searches are handled many comparisons of characters at a time. */
const COMPARISONS_PER_WORK = 128;

/**
 * Why an expression has no value. Never leaves this folder: it is turned into an `ExpressionError`, which names the
 * expression.
 */
export class Trouble extends Error {
  readonly #reason: string | (() => string);

  /**
   * @param reason a function where it takes work to find the words: many troubles are covered up and never told
   * @param kind `missing`: there is no such data. `limit`: too much work, which nothing may cover up
   */
  constructor(
    reason: string | (() => string),
    readonly kind: 'operation' | 'missing' | 'limit' = 'operation',
  ) {
    const { stackTraceLimit } = Error;
    // Nobody reads where it was thrown, and finding out takes longer than all the rest.
    Error.stackTraceLimit = 0;
    super();
    Error.stackTraceLimit = stackTraceLimit;
    this.#reason = reason;
  }

  get reason(): string {
    return typeof this.#reason === 'string' ? this.#reason : this.#reason();
  }
}

/** One evaluation of one expression: what it sees, what it has made, and how much it may still do. */
export class Evaluation {
  /** The items of the loops that are under way, the outermost first. */
  readonly items: unknown[] = [];
  #workLeft: number;
  #made: Set<unknown> | undefined;

  constructor(
    readonly scope: Scope,
    maxWork: number = EXPRESSION_LIMITS.maxWork,
  ) {
    this.#workLeft = maxWork;
  }

  /** Whether more was asked for than may be done. */
  get isSpent(): boolean {
    return this.#workLeft < 0;
  }

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

  /**
   * Pays for looking for a part in a text. The search of V8 compares all characters of the part at each place of the text for
   * texts that are made for it: 3 s for 100 000 characters in 200 000.
   */
  spendOnSearch(text: string, part: string): void {
    const places = Math.max(text.length - part.length, 0) + 1;
    this.spend(1 + (places * part.length) / COMPARISONS_PER_WORK);
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
