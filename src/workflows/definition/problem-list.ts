import type { DefinitionProblem } from '../workflows.errors.js';

/** Adds a problem. The place is relative to what is looked at: `.capability`, `[3]`, or nothing for all of it. */
export type Report = (code: string, place: string, message: string) => void;

/** Where the steps of a definition stand: a bare list is its steps. */
export type StepsPath = '$' | '$.steps';

/** More problems than this are not told; a hostile definition can have one for each of its members. */
const MAX_PROBLEMS = 1_000;

/** The order of problems that are none of a step's: before those of all steps. */
const BEFORE_STEPS = -1;

/** Collects the problems of one definition, in whatever order they are found, and tells them by steps. */
export class ProblemList {
  readonly #found: { readonly order: number; readonly problem: DefinitionProblem }[] = [];

  constructor(readonly stepsPath: StepsPath) {}

  get size(): number {
    return this.#found.length;
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Adds a problem of the definition as a whole. */
  readonly report: Report = (code, place, message) => this.#add(BEFORE_STEPS, code, `$${place}`, message);

  ofStep(index: number): Report {
    return (code, place, message) => this.#add(index, code, `${this.stepsPath}[${index}]${place}`, message);
  }

  /** Those of the definition first, then step by step; those of one step in the order in which they were found. */
  inOrder(): DefinitionProblem[] {
    return this.#found.toSorted((one, other) => one.order - other.order).map(({ problem }) => problem);
  }

  #add(order: number, code: string, path: string, message: string): void {
    if (this.#found.length < MAX_PROBLEMS) this.#found.push({ order, problem: { path, code, message } });
  }
}

/** The same, for a part of what is looked at. */
export function within(report: Report, place: string): Report {
  return (code, inner, message) => report(code, place + inner, message);
}
