import { resolveRetryOptions, type ResolvedRetryOptions } from '../../common/index.js';
import { DEFINITION_LIMITS } from '../definition/definition-limits.js';
import type { ProblemList, Report } from '../definition/problem-list.js';
import type { StepDraft } from '../definition/shapes/step.shape.js';
import {
  compileAction,
  compileSubstitute,
  defined,
  optionalMs,
  type ActionContext,
  type FindPlan,
} from './compile-actions.js';
import { WORKFLOW_INPUT } from './compile-structure.js';
import { BROKEN, Templates, type ExtraNames, type Surroundings } from './compile-templates.js';
import type { CompiledTemplate, PlannedAction, PlannedStep } from './plan.types.js';

const DEFAULT_ITEM_NAME = 'item';
const DEFAULT_CONCURRENCY = 10;

/** What is known where the steps of a workflow are compiled. */
export interface StepContext {
  readonly surroundings: Surroundings;
  readonly findPlan: FindPlan;
  readonly problems: ProblemList;
}

/** Compiles a step and reports what is wrong with it; where something is, the result serves only to find more. */
export function compileStep(step: StepDraft, index: number, context: StepContext): PlannedStep {
  const { surroundings, findPlan, problems } = context;
  const report = problems.ofStep(index);
  const templates = new Templates(surroundings, report, index);
  const { predecessors, dependents, above } = surroundings.structure;
  const parts: StepParts = { step, templates, report, findPlan, names: namesOf(step) };
  const action = compileAction(step, actionContext(parts, '', parts.names.action), compileItem(parts));
  return {
    index,
    id: step.id,
    action,
    predecessors: predecessors[index]!,
    dependents: dependents[index]!,
    // A step that follows several has an input of its own, which the check sees to, or needs none.
    above: Math.max(above[index]!, WORKFLOW_INPUT),
    ...defined({ when: compileWhen(parts), forEach: compileForEach(parts), repeat: compileRepeat(parts) }),
    isOptional: step.optional ?? false,
    retry: compileRetry(parts, action),
    ...defined({ timeoutMs: optionalMs(step.timeout) }),
    onError: compileOnError(parts, action),
    ...defined({ compensate: compileCompensate(parts) }),
  };
}

/** What a step's parts are compiled from. */
interface StepParts {
  readonly step: StepDraft;
  readonly templates: Templates;
  readonly report: Report;
  readonly findPlan: FindPlan;
  readonly names: StepNames;
}

/** The names that the parts of a step see besides the usual. */
interface StepNames {
  readonly action: ExtraNames;
  readonly until: ExtraNames;
  readonly fallback: ExtraNames;
  readonly compensate: ExtraNames;
}

function namesOf({ forEach, repeat }: StepDraft): StepNames {
  const item = forEach === undefined ? [] : [forEach.as ?? DEFAULT_ITEM_NAME, 'index'];
  return {
    action: repeat === undefined ? item : [...item, 'iteration', 'previous'],
    until: [...item, 'iteration', 'output'],
    fallback: [...item, 'error'],
    compensate: [...item, 'output'],
  };
}

/** The default input of a step that is done for each item. */
function compileItem({ step: { forEach }, templates, names }: StepParts): CompiledTemplate | undefined {
  if (forEach === undefined) return undefined;
  return templates.template(`\${ ${forEach.as ?? DEFAULT_ITEM_NAME} }`, '.forEach.as', names.action);
}

function actionContext(
  { templates, report, findPlan }: StepParts,
  place: string,
  extra: ExtraNames,
): ActionContext {
  return { templates, report, findPlan, place, extra };
}

function compileWhen({ step, templates, report }: StepParts): PlannedStep['when'] {
  if (step.when === undefined) return undefined;
  const condition = templates.condition(step.when, '.when');
  if (condition.constant === false) {
    report(
      'DEAD_STEP',
      '.when',
      'never holds, so the step is never done; mend the condition, or remove the step',
    );
  }
  return condition;
}

function compileForEach({ step, templates, report }: StepParts): PlannedStep['forEach'] {
  if (step.forEach === undefined) return undefined;
  const { items: written, as = DEFAULT_ITEM_NAME, concurrency = DEFAULT_CONCURRENCY } = step.forEach;
  const items = templates.template(written, '.forEach.items');
  const list = items.constant?.value;
  const place = '.forEach.items';
  if (items.constant !== undefined && !Array.isArray(list)) {
    report('ITEMS_NOT_A_LIST', place, 'must be a list, or an expression that gives one');
  } else if (Array.isArray(list) && list.length > DEFINITION_LIMITS.maxItems) {
    const message = `are ${list.length}; at most ${DEFINITION_LIMITS.maxItems} are allowed`;
    report('TOO_MANY_ITEMS', place, message);
  }
  return { items, as, concurrency };
}

function compileRepeat({ step, templates, names }: StepParts): PlannedStep['repeat'] {
  if (step.repeat === undefined) return undefined;
  const { until, max, delay, onMax = 'fail' } = step.repeat;
  const condition = templates.condition(until, '.repeat.until', names.until);
  return { until: condition, max, delayMs: optionalMs(delay) ?? 0, onMax };
}

function compileRetry({ step: { retry }, report }: StepParts, { kind }: PlannedAction): ResolvedRetryOptions {
  if (retry === undefined) return resolveRetryOptions();
  if (kind !== 'task' && kind !== 'workflow') {
    const message = `tries again what agents and workflows do; a step that is a ${kind} has no tries, so remove it`;
    report('RETRY_OF_WAIT', '.retry', message);
  }
  const { attempts, backoff, delay, maxDelay, jitter } = retry;
  return resolveRetryOptions({
    attempts,
    backoff,
    delayMs: optionalMs(delay),
    maxDelayMs: optionalMs(maxDelay),
    jitter,
  });
}

function compileOnError(parts: StepParts, action: PlannedAction): PlannedStep['onError'] {
  const { step, templates, report, names } = parts;
  const { onError = 'fail' } = step;
  if (typeof onError === 'string') return onError;
  const place = '.onError.fallback';
  const input = 'input' in action ? action.input : undefined;
  const isInherited = onError.fallback.input === undefined && step.input !== undefined && input !== BROKEN;
  // A fallback is asked once, behind all rounds.
  if (step.repeat !== undefined && isInherited && !templates.fits(step.input, names.fallback)) {
    const message = 'is missing: that of the step is made anew for each round, so give the fallback its own';
    report('INPUT_MISSING', `${place}.input`, message);
  }
  return {
    fallback: compileSubstitute(onError.fallback, actionContext(parts, place, names.fallback), input),
  };
}

function compileCompensate(parts: StepParts): PlannedStep['compensate'] {
  const { step, templates, names } = parts;
  if (step.compensate === undefined) return undefined;
  const output = templates.template('${ output }', '.compensate.input', names.compensate);
  return compileSubstitute(step.compensate, actionContext(parts, '.compensate', names.compensate), output);
}
