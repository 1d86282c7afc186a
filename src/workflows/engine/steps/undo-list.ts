import type { PlannedStep, PlannedSubstitute, Scope } from '../../plan/plan.types.js';
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
  /** Made when the first comes: most runs have nothing to undo. */
  #undos: Map<string, Undo> | undefined;

  /** Takes the place of an earlier one for the same step, which was gone through again. */
  add(undo: Undo): void {
    (this.#undos ??= new Map()).set(undo.key, undo);
  }

  /** The last done first. @param orderOf greater for a step that was done later, by its key */
  inReverse(orderOf: (key: string) => number): readonly Undo[] {
    return Array.from(this.#undos?.values() ?? []).sort(
      (one, other) => orderOf(other.key) - orderOf(one.key),
    );
  }
}
