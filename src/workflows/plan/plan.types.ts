import type { ResolvedRetryOptions } from '../../common/index.js';
import type { UnavailablePolicy, WorkflowDefinition } from '../../orchestration/index.js';

/** A workflow and all that it runs inside of it: what a run keeps of its definition. JSON. */
export interface WorkflowBundle {
  readonly main: WorkflowDefinition;
  /** By the reference as it is written in a step: `market_brief@^1`. */
  readonly nested: Readonly<Record<string, WorkflowDefinition>>;
}

/** What an expression can see of an earlier step. */
export interface StepView {
  /** Null where the step has none. */
  readonly output: unknown;
  readonly status: 'succeeded' | 'failed' | 'skipped';
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * What an expression can see. The engine keeps one object for each workflow of a run and adds steps to it as they end; for
 * items and rounds it makes one that inherits from it.
 */
export interface Scope {
  readonly input: unknown;
  readonly steps: Readonly<Record<string, StepView>>;
  readonly run: { readonly id: string; readonly workflow: string; readonly startedAt: string };
  /** `item` or its other name, `index`, `iteration`, `output`, `error`. */
  readonly [name: string]: unknown;
}

/** JSON with expressions, compiled. */
export interface CompiledTemplate {
  /** Its value where it has no expression. */
  readonly constant?: { readonly value: unknown };
  /** The id of the step whose whole output it is: `${ steps.research.output }`. */
  readonly wholeOutputOf?: string;
  /** The member of the input that it wholly is: `${ input.topic }`. */
  readonly wholeInputMember?: string;
  /**
   * The value; parts of the scope are given as they are, not copied.
   * @throws EXPRESSION_FAILED for missing data, an operation that types do not allow, or too much work
   */
  evaluate(scope: Scope): unknown;
}

/** A condition, compiled. @throws EXPRESSION_FAILED, also when it is neither true nor false */
export interface CompiledCondition {
  readonly constant?: boolean;
  test(scope: Scope): boolean;
}

/** Asks agents; with neither `capability` nor `agent` it would be none. */
export interface PlannedTask {
  readonly kind: 'task';
  /** Absent for a pinned agent whose capability was not named: its only one. */
  readonly capability?: string;
  readonly agent?: string;
  /** Absent when the step takes what comes from above. */
  readonly input?: CompiledTemplate;
  readonly inputType?: string;
  readonly strategy?: string;
  readonly priority?: 'normal' | 'urgent';
  readonly criticality?: 'normal' | 'critical';
  readonly region?: string;
  readonly residency?: readonly string[];
  readonly preferredRegions?: readonly string[];
  readonly tags?: readonly string[];
  readonly whenUnavailable?: UnavailablePolicy;
  readonly queueTimeoutMs: number;
}

export interface PlannedNested {
  readonly kind: 'workflow';
  /** As it is written: `name@range`. */
  readonly reference: string;
  readonly plan: WorkflowPlan;
  readonly input?: CompiledTemplate;
}

export interface PlannedSleep {
  readonly kind: 'sleep';
  readonly durationMs?: number;
  /** Gives a duration text, or the instant (ISO 8601, or milliseconds since the epoch) when `isInstant`. */
  readonly until?: CompiledTemplate;
  readonly isInstant: boolean;
}

export interface PlannedApproval {
  readonly kind: 'approval';
  readonly message: CompiledTemplate;
  readonly timeoutMs?: number;
  readonly onTimeout: 'fail' | 'approve' | 'reject';
  readonly onReject: 'fail' | 'continue';
}

export interface PlannedSignal {
  readonly kind: 'signal';
  readonly name: string;
  readonly type?: string;
  readonly timeoutMs?: number;
  readonly onTimeout: 'fail' | 'continue';
}

export type PlannedAction = PlannedTask | PlannedNested | PlannedSleep | PlannedApproval | PlannedSignal;
export type PlannedSubstitute = PlannedTask | PlannedNested;

/** A step of a plan. Steps are called by their positions in the list. */
export interface PlannedStep {
  readonly index: number;
  readonly id: string;
  readonly action: PlannedAction;
  readonly predecessors: readonly number[];
  readonly dependents: readonly number[];
  /** The step whose output is taken where the action has no input; -1 for the input of the workflow. */
  readonly above: number;
  readonly when?: CompiledCondition;
  readonly isOptional: boolean;
  readonly forEach?: {
    readonly items: CompiledTemplate;
    readonly as: string;
    readonly concurrency: number;
  };
  readonly repeat?: {
    readonly until: CompiledCondition;
    readonly max: number;
    readonly delayMs: number;
    readonly onMax: 'fail' | 'continue';
  };
  readonly retry: ResolvedRetryOptions;
  readonly timeoutMs?: number;
  readonly onError: 'fail' | 'continue' | { readonly fallback: PlannedSubstitute };
  readonly compensate?: PlannedSubstitute;
}

/** A workflow that can be run: checked in its form, expressions compiled, references resolved. Immutable, shared by all its runs. */
export interface WorkflowPlan {
  readonly name: string;
  readonly version: string;
  /** In the order of the definition. */
  readonly steps: readonly PlannedStep[];
  /** Defaults of input members that are not given. */
  readonly inputDefaults: Readonly<Record<string, unknown>>;
  /** Absent: the output of the last step. */
  readonly output?: CompiledTemplate;
  readonly timeoutMs?: number;
  readonly priority: number;
  readonly durability?: 'durable' | 'memory';
}
