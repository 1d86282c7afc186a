import { didYouMean, nearestNames } from '../../common/index.js';
import type { ProblemList, Report } from '../definition/problem-list.js';
import type { StepDraft } from '../definition/shapes/step.shape.js';
import { Ancestors, findCircles, invert, orderOf, type Links } from './compile-order.js';

/** The step above is the workflow's input. */
export const WORKFLOW_INPUT = -1;

/** It cannot be told which step is above: a step follows several. */
export const NO_STEP_ABOVE = -2;

/** How the steps of a workflow stand to one another, by their positions. */
export interface Structure {
  readonly ids: ReadonlyMap<string, number>;
  readonly predecessors: Links;
  readonly dependents: Links;
  /**
   * The step whose output each step takes that has no input of its own: the only one it follows. A sleep makes nothing, so what is
   * above it counts. {@link WORKFLOW_INPUT} for a step that follows none, {@link NO_STEP_ABOVE} for one that follows several.
   */
  readonly above: readonly number[];
  /** Absent where `after` is wrong somewhere: then nothing is certain. */
  readonly ancestors?: Ancestors;
}

/** Finds out which step follows which, and reports what cannot be. */
export function readStructure(steps: readonly StepDraft[], problems: ProblemList): Structure {
  const ids = new Map<string, number>();
  for (const [index, { id }] of steps.entries()) if (!ids.has(id)) ids.set(id, index);
  const sizeBefore = problems.size;
  const predecessors = steps.map(({ after }, index) => {
    if (after === undefined) return index === 0 ? [] : [index - 1];
    return findKnown(after, ids, problems.ofStep(index));
  });
  const dependents = invert(predecessors);
  const order = orderOf(predecessors, dependents);
  const circles = findCircles(predecessors, order);
  for (const circle of circles) reportCircle(circle, steps, problems);
  return {
    ids,
    predecessors,
    dependents,
    above: findAbove(steps, predecessors, order),
    // A wrong `after` is told once, not again for each reference that it would have allowed.
    ancestors: problems.size === sizeBefore ? new Ancestors(predecessors, order) : undefined,
  };
}

/** The positions of those that exist, each once. */
function findKnown(
  after: readonly string[],
  ids: ReadonlyMap<string, number>,
  report: Report,
): readonly number[] {
  const known = new Set<number>();
  for (const [at, id] of after.entries()) {
    const position = ids.get(id);
    if (position !== undefined) known.add(position);
    else
      report(
        'STEP_UNKNOWN',
        `.after[${at}]`,
        `there is no step "${id}".${didYouMean(nearestNames(id, ids.keys()))}`,
      );
  }
  return [...known];
}

/** Steps on a circle that a message names; a longer one is cut. */
const MAX_NAMED_STEPS = 10;

function reportCircle(circle: readonly number[], steps: readonly StepDraft[], problems: ProblemList): void {
  // Told where it can be mended: one of them must say so, for steps do not follow those below them by themselves.
  const first = circle.findIndex((index) => steps[index]?.after !== undefined);
  const turned = [...circle.slice(first), ...circle.slice(0, first)];
  const names = turned.map((index) => steps[index]?.id);
  const shown = names.length > MAX_NAMED_STEPS ? [...names.slice(0, MAX_NAMED_STEPS), '…'] : names;
  const report = problems.ofStep(turned[0] as number);
  const path = [...shown, names[0]].join(' → ');
  report('CYCLE', '.after', `goes round in a circle: ${path}; take one of these out of after`);
}

function findAbove(
  steps: readonly StepDraft[],
  predecessors: Links,
  order: readonly number[],
): readonly number[] {
  const above = steps.map(() => NO_STEP_ABOVE);
  // In order, so that what is above a sleep is known before anybody asks.
  for (const index of order) {
    const [first = WORKFLOW_INPUT, ...others] = predecessors[index]!;
    if (others.length > 0) continue;
    const isSleep = first >= 0 && steps[first]?.sleep !== undefined;
    above[index] = isSleep ? above[first]! : first;
  }
  return above;
}
