import type { PlannedStep, PlannedSubstitute, Scope } from '../plan/plan.types.js';
import type { Frame } from './frame.js';

/** What undoes a step that was done. */
export interface Undo {
  /** Of the step. */
  readonly key: string;
  readonly frame: Frame;
  readonly step: PlannedStep;
  readonly action: PlannedSubstitute;
  /** What its expressions see: the step's own scope, and `output`. */
  readonly scope: Scope;
}

/** The steps of a run that have to be undone when it does not end well. */
export class UndoList {
  readonly #undos = new Map<string, Undo>();

  /** Takes the place of an earlier one for the same step, which was gone through again. */
  add(undo: Undo): void {
    this.#undos.set(undo.key, undo);
  }

  get isEmpty(): boolean {
    return this.#undos.size === 0;
  }

  /** The last done first. @param orderOf greater for a step that was done later, by its key */
  inReverse(orderOf: (key: string) => number): readonly Undo[] {
    return [...this.#undos.values()].sort((one, other) => orderOf(other.key) - orderOf(one.key));
  }
}
