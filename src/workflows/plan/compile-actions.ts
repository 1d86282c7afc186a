import { parseDurationMs } from '../../common/index.js';
import type { SubstituteDefinition } from '../../orchestration/index.js';
import { actionKindOf } from '../definition/shapes/action.shape.js';
import { INSTANT_RULE, readInstantMs } from '../definition/instants.js';
import type { Report } from '../definition/problem-list.js';
import type { StepDraft } from '../definition/shapes/step.shape.js';
import type { ExtraNames, Templates } from './compile-templates.js';
import type {
  CompiledTemplate,
  PlannedAction,
  PlannedApproval,
  PlannedNested,
  PlannedSignal,
  PlannedSleep,
  PlannedSubstitute,
  PlannedTask,
  WorkflowPlan,
} from './plan.types.js';

/** How long `queue` waits for an agent where the step does not say. */
const DEFAULT_QUEUE_TIMEOUT_MS = 86_400_000;

/** Stands for an action that could not be read; a plan that has one is never handed out. */
export const UNREADABLE: PlannedSubstitute = Object.freeze({ kind: 'task', queueTimeoutMs: 0 });

/** Finds the plan of a workflow that a step runs; reports why there is none. */
export type FindPlan = (reference: string, report: Report) => WorkflowPlan | undefined;

/** What is needed to compile an action. */
export interface ActionContext {
  readonly templates: Templates;
  readonly findPlan: FindPlan;
  readonly report: Report;
  /** Names that the expressions of the action see besides the usual. */
  readonly extra: ExtraNames;
  /** Where the action stands in its step: nothing, or `.compensate`. */
  readonly place: string;
}

/** @param defaultInput of an action that has none; without it, the input comes from above */
export function compileAction(
  action: Omit<StepDraft, 'id'>,
  context: ActionContext,
  defaultInput?: CompiledTemplate,
): PlannedAction {
  switch (actionKindOf(action)) {
    case 'task':
    case 'workflow':
      return compileSubstitute(action, context, defaultInput);
    case 'sleep':
      return compileSleep(action.sleep, context);
    case 'approval':
      return compileApproval(action.approval, context);
    case 'signal':
      return compileSignal(action.signal);
    default:
      return UNREADABLE;
  }
}

export function compileSubstitute(
  action: SubstituteDefinition,
  context: ActionContext,
  defaultInput?: CompiledTemplate,
): PlannedSubstitute {
  const { templates, extra, place } = context;
  const { input: written } = action;
  const input = written === undefined ? defaultInput : templates.template(written, `${place}.input`, extra);
  return 'workflow' in action ? compileNested(action.workflow, input, context) : compileTask(action, input);
}

function compileTask(draft: TaskDraft, input: PlannedTask['input']): PlannedTask {
  const { capability, agent, inputType, strategy, priority, criticality, queueTimeout } = draft;
  const { region, residency: places, preferredRegions, tags, whenUnavailable } = draft;
  const residency = typeof places === 'string' ? [places] : places;
  const queueTimeoutMs =
    queueTimeout === undefined ? DEFAULT_QUEUE_TIMEOUT_MS : parseDurationMs(queueTimeout);
  return {
    kind: 'task',
    ...defined({ capability, agent, input, inputType, strategy, priority, criticality }),
    ...defined({ region, residency, preferredRegions, tags, whenUnavailable }),
    queueTimeoutMs,
  };
}

type TaskDraft = Exclude<SubstituteDefinition, { readonly workflow: string }>;

function compileNested(
  reference: string,
  input: PlannedNested['input'],
  { findPlan, report, place }: ActionContext,
): PlannedSubstitute {
  const plan = findPlan(reference, (code, _, message) => report(code, `${place}.workflow`, message));
  return plan === undefined ? UNREADABLE : { kind: 'workflow', reference, plan, ...defined({ input }) };
}

function compileSleep(sleep: StepDraft['sleep'], { templates, report, extra }: ActionContext): PlannedSleep {
  if (typeof sleep === 'object') {
    const until = templates.template(sleep.until, '.sleep.until', extra);
    const isWrong = until.constant !== undefined && readInstantMs(until.constant.value) === undefined;
    if (isWrong) report('INSTANT_INVALID', '.sleep.until', INSTANT_RULE);
    return { kind: 'sleep', until, isInstant: true };
  }
  const written = String(sleep);
  if (!written.includes('${')) {
    return { kind: 'sleep', durationMs: parseDurationMs(written), isInstant: false };
  }
  return { kind: 'sleep', until: templates.template(written, '.sleep', extra), isInstant: false };
}

function compileApproval(
  approval: StepDraft['approval'],
  { templates, extra }: ActionContext,
): PlannedApproval {
  const { message, timeout, onTimeout = 'fail', onReject = 'fail' } = approval!;
  return {
    kind: 'approval',
    message: templates.template(message, '.approval.message', extra),
    ...defined({ timeoutMs: optionalMs(timeout) }),
    onTimeout,
    onReject,
  };
}

function compileSignal(signal: StepDraft['signal']): PlannedSignal {
  const { name, type, timeout, onTimeout = 'fail' } = typeof signal === 'string' ? { name: signal } : signal!;
  return { kind: 'signal', name, ...defined({ type, timeoutMs: optionalMs(timeout) }), onTimeout };
}

/** Milliseconds of a duration that was found to be one. */
export function optionalMs(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDurationMs(duration);
}

/** Without the members that are undefined, so that plans can be compared. */
export function defined<T extends object>(members: T): T {
  const kept: Partial<T> = {};
  for (const key of Object.keys(members) as (keyof T)[]) {
    if (members[key] !== undefined) kept[key] = members[key];
  }
  return kept as T;
}
