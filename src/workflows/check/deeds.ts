import type { Contract } from '../../agents/index.js';
import { didYouMean, nearestNames } from '../../common/index.js';
import type { SubstituteDefinition } from '../../orchestration/index.js';
import { within, type Report } from '../definition/problem-list.js';
import type { StepDraft } from '../definition/shapes/step.shape.js';
import { UNREADABLE } from '../plan/compile-actions.js';
import type { PlannedAction, PlannedStep } from '../plan/plan.types.js';
import type { CheckEnvironment } from './check.types.js';
import { findContracts } from './targets.js';
import type { WrittenInput } from './workflow-flows.js';

/** Something that a step does: its action, its fallback, or what undoes it. */
export interface Deed {
  readonly action: PlannedAction;
  /** In its step: nothing, or `.compensate`. */
  readonly place: string;
  readonly input: WrittenInput;
  /** Of those who may do it, where it is a task that somebody may do. */
  readonly contracts?: readonly Contract[];
}

/** A step with all that it does. */
export interface StepDeeds {
  readonly planned: PlannedStep;
  readonly report: Report;
  readonly own: Deed;
  readonly fallback?: Deed;
  readonly compensate?: Deed;
}

/** Finds out who may do a step, and reports where there is nobody. */
export function readDeeds(
  step: StepDraft,
  planned: PlannedStep,
  environment: CheckEnvironment,
  report: Report,
): StepDeeds {
  const read = (action: PlannedAction, place: string, template: unknown): Deed => {
    const input = { template, compiled: 'input' in action ? action.input : undefined };
    return { action, place, input, contracts: contractsOf(action, environment, within(report, place)) };
  };
  const { onError, compensate } = planned;
  const own = read(planned.action, '', step.input);
  const deeds: { -readonly [Key in keyof StepDeeds]: StepDeeds[Key] } = { planned, report, own };
  if (typeof onError === 'object') {
    const { fallback } = step.onError as { readonly fallback: SubstituteDefinition };
    deeds.fallback = read(onError.fallback, '.onError.fallback', fallback.input ?? step.input);
  }
  if (compensate !== undefined) {
    deeds.compensate = read(compensate, '.compensate', step.compensate?.input ?? '${ output }');
  }
  return deeds;
}

export function deedsOf({ own, fallback, compensate }: StepDeeds): readonly Deed[] {
  return [own, fallback, compensate].filter((deed) => deed !== undefined);
}

function contractsOf(
  action: PlannedAction,
  environment: CheckEnvironment,
  report: Report,
): readonly Contract[] | undefined {
  if (action.kind !== 'task' || action === UNREADABLE) return undefined;
  const strategies = action.strategy === undefined ? undefined : environment.strategyNames?.();
  if (strategies !== undefined) checkStrategy(action.strategy as string, [...strategies], report);
  return findContracts(action, environment, report);
}

function checkStrategy(strategy: string, known: readonly string[], report: Report): void {
  if (known.includes(strategy)) return;
  const hint = didYouMean(nearestNames(strategy, known)) || ` There are ${known.join(', ')}.`;
  report('STRATEGY_UNKNOWN', '.strategy', `there is no strategy "${strategy}".${hint}`);
}
