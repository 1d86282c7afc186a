import type { CallerInput, CallerOutput, Capability, DataType } from '../../agents/index.js';
import type { SchemaInput } from '../../common/index.js';
import type {
  DurationText,
  StepRetry,
  UnavailablePolicy,
  WorkflowDefinition,
} from '../../orchestration/index.js';
import type { Expression, IsOpen, Ref, RefTo, Wired } from './ref.types.js';

declare const DATA: unique symbol;

/**
 * A workflow definition that the compiler knows the input and the output of. At run time it is the definition and nothing more.
 * @publicApi
 */
export interface TypedDefinition<Input = unknown, Output = unknown> extends WorkflowDefinition {
  /** Never set: carries the types. */
  readonly [DATA]?: readonly [Input, Output];
}

// The input of a workflow ------------------------------------------------------------------------------------------------

/** A member of a workflow's input that need not be given; see `optional`. */
export interface OptionalMember<D extends DataType = DataType, HasDefault extends boolean = boolean> {
  readonly type: D;
  readonly hasDefault: HasDefault;
  readonly default?: SchemaInput<D['schema']>;
}

/** What a workflow takes: a data type for each member. */
export type InputSpec = Readonly<Record<string, DataType | OptionalMember>>;

type ValueOfType<D> = D extends DataType ? SchemaInput<D['schema']> : never;
type OptionalKeys<M> = { [K in keyof M]: M[K] extends OptionalMember ? K : never }[keyof M];
type MemberValue<T> = T extends OptionalMember<infer D> ? ValueOfType<D> : ValueOfType<T>;

/** What the caller of a workflow gives. */
export type InputFrom<M> = { readonly [K in Exclude<keyof M, OptionalKeys<M>>]: MemberValue<M[K]> } & {
  readonly [K in OptionalKeys<M>]?: MemberValue<M[K]>;
};

/** What its steps see of that: the same values, defaults filled in. */
export type InputInside<M> = {
  readonly [K in keyof M]: M[K] extends OptionalMember<infer D, infer HasDefault>
    ? HasDefault extends true
      ? ValueOfType<D>
      : ValueOfType<D> | undefined
    : ValueOfType<M[K]>;
};

/**
 * A step that is declared above. A builder holds a union of these rather than an object that grows: a type that grows by each step is
 * instantiated anew by each, and the compiler gives up at a hundred.
 */
export interface Entry<Id extends string = string, Output = unknown> {
  readonly id: Id;
  readonly output: Output;
}

// What a step sees -------------------------------------------------------------------------------------------------------

/**
 * What can be referred to where a workflow is wired: its input, and the outputs of the steps that are declared above.
 * @publicApi
 */
export interface WiringScope<Input, Steps extends Entry> {
  readonly input: RefTo<Input>;
  /** The output of each step by its id; null where the step may have none. */
  readonly steps: { readonly [S in Steps as S['id']]: RefTo<S['output']> };
  readonly run: RefTo<{ readonly id: string; readonly workflow: string; readonly startedAt: string }>;
}

/** What a step done once for each item sees besides. */
export type ItemScope<As extends string, Item> = { readonly [K in As]: RefTo<Item> } & {
  /** The position of the item, from 0. */
  readonly index: Expression<number>;
};

/** What the input of a step sees; its rounds only where it has `repeat`. Put together by `&`, it would cost the compiler a quarter more. */
export interface WorkScope<Input, Steps extends Entry, Output> extends WiringScope<Input, Steps> {
  /** The number of the round, from 1. */
  readonly iteration: Expression<number>;
  /** The output of the round before; null in the first. */
  readonly previous: RefTo<Output | null>;
}

/** What an expression sees of an error. */
export interface StepError {
  readonly code: string;
  readonly message: string;
}

/** Wires a value of type `T`. */
export type Wiring<Scope, T> = (scope: Scope) => Wired<T>;
/** What a condition is wired by. */
export type Condition = Expression<boolean> | boolean;

// What a step does -------------------------------------------------------------------------------------------------------

/** Who does a task: whoever provides a capability, or one agent, `name` or `name@range`. A text names an open contract. */
export type TaskTarget = Capability | string | { readonly agent: string };
/** A workflow to run inside: a typed one, or one of the library, `name` or `name@range`. */
export type WorkflowTarget = TypedDefinition | { readonly workflow: string };
export type Target = TaskTarget | WorkflowTarget;

/**
 * What the caller of a typed workflow gives.
 * @publicApi
 */
export type WorkflowInput<W extends TypedDefinition> = InputOf<W>;

/**
 * What a run of a typed workflow gives.
 * @publicApi
 */
export type WorkflowOutput<W extends TypedDefinition> = OutputOf<W>;

/** The type of what a target takes; unknown where the compiler cannot know. */
export type InputOf<T> = T extends TypedDefinition<infer Input> ? Input : CallerInput<T>;
/** The type of what a target gives. */
export type OutputOf<T> = T extends TypedDefinition<infer _Input, infer Output> ? Output : CallerOutput<T>;

/** What an approval gives. */
export interface ApprovalOutput {
  readonly approved: boolean;
  readonly comment?: string;
  readonly by?: string;
}

/** What is done instead of a step, or to undo it; it may be left to take what it gets by default, where that fits. */
export type Substitute<T extends Target, Scope, ByDefault> = {
  readonly use: T;
} & (ByDefault extends InputOf<T>
  ? { readonly input?: Wiring<Scope, InputOf<T>> }
  : { readonly input: Wiring<Scope, InputOf<T>> });

// How a step stands among the others -------------------------------------------------------------------------------------

/** Options of every step. */
export interface FrameOptions<Ids extends string> {
  readonly description?: string;
  /** The steps it follows; without it, the step above. An empty list lets it begin at once. */
  readonly after?: readonly Ids[];
  /** For the whole step, its tries, items and waits included. */
  readonly timeout?: DurationText;
}

/** Options that decide whether a step may end without an output. Each is a type of its own, so that the output's can follow. */
export interface SoftOptions<Scope, When, Optional, Mode> {
  /** Skips the step where this is false; its output is null then. */
  readonly when?: (scope: Scope) => When;
  /** A failure is recorded as skipped and the run goes on. */
  readonly optional?: Optional;
  /** Default `fail`, which ends the run. `continue` goes on with null for an output. */
  readonly onError?: Mode;
}

/** Options of steps that do something, rather than wait. */
export interface WorkOptions<Scope, T extends Target, Instead extends Target, Undo extends Target> {
  readonly retry?: StepRetry;
  readonly repeat?: RepeatOptions<Scope, OutputOf<T>>;
  /** What is done instead when the step has failed; by default with the step's own input. It sees `error`. */
  readonly fallback?: Substitute<Instead, Scope & { readonly error: RefTo<StepError> }, InputOf<T>>;
  /** Undoes the step when the run fails or is canceled later; by default it gets the step's output. It sees `output`. */
  readonly compensate?: Substitute<
    Undo,
    Scope & { readonly output: RefTo<OutputOf<T> | OutputOf<Instead>> },
    OutputOf<T> | OutputOf<Instead>
  >;
}

/** Does a step again until a condition holds. */
export interface RepeatOptions<Scope, Output> {
  /** Sees the output of the round and its number, from 1. */
  readonly until: (
    scope: Scope & { readonly output: RefTo<Output>; readonly iteration: Expression<number> },
  ) => Condition;
  /** Most rounds, 1 to 1 000. */
  readonly max: number;
  /** Between two rounds; default none. */
  readonly delay?: DurationText;
  /** What it means that the condition never held; default `fail`. */
  readonly onMax?: 'fail' | 'continue';
}

/** Options that steer who is asked. */
export interface RoutingOptions<Unavailable> {
  /** Pins the step to one agent: `name` or `name@range`. */
  readonly agent?: string;
  /** Says of which data type the input is, where several fit. */
  readonly inputType?: string;
  readonly strategy?: string;
  /** `urgent` takes the fastest agent, `critical` the most reliable one, where no strategy is named. */
  readonly priority?: 'normal' | 'urgent';
  readonly criticality?: 'normal' | 'critical';
  readonly region?: string;
  /** Where the step must not leave. `eu-west` lies in `eu`. */
  readonly residency?: string | readonly string[];
  /** Nearest first; the others are the failover. */
  readonly preferredRegions?: readonly string[];
  readonly tags?: readonly string[];
  /** Default `alternative`, for a pinned step `fail`. `queue` parks the run until an agent is available. */
  readonly whenUnavailable?: Unavailable;
  /** How long `queue` waits for an agent; default `24h`. */
  readonly queueTimeout?: DurationText;
}

export type OnError = 'fail' | 'continue';
export type { UnavailablePolicy };

// What comes out ---------------------------------------------------------------------------------------------------------

/** Null, where a step that failed lets the run go on. */
export type Tolerated<Optional, Mode, Unavailable = never> = [Optional] extends [false]
  ? 'continue' extends Mode
    ? null
    : 'skip' extends Unavailable
      ? null
      : never
  : null;

/** Null, where a condition may skip the step. */
type Skipped<When> = [When] extends [never] ? never : null;

/** The output of a step: a list where it is done for each item, and null where the step may have none. */
export type Result<Each, T, Nothing, When> = [Each] extends [never]
  ? T | Nothing | Skipped<When>
  : (T | Nothing)[] | Nothing | Skipped<When>;

/** What comes with a signal. */
export type SignalValue<D extends DataType> = [D] extends [never] ? unknown : SchemaInput<D['schema']>;

/** Refuses an id that a step above has. */
export type NewId<Id extends string, Ids extends string> = Id &
  (Id extends Ids ? { readonly idIsTaken: Id } : unknown);

/** What the input of a step sees, with the item where it is done for each. */
export type WorkScopeFor<Input, Steps extends Entry, Each, Output> = [Each] extends [never]
  ? WorkScope<Input, Steps, Output>
  : WorkScope<Input, Steps, Output> & Each;

/** What a step sees, with the item where it is done for each. */
export type ScopeFor<Input, Steps extends Entry, Each> = [Each] extends [never]
  ? WiringScope<Input, Steps>
  : WiringScope<Input, Steps> & Each;

/** Refuses members that an input does not have; the compiler by itself lets them pass in what a function returns. */
export type NoStrangers<V, T> = V extends Ref<unknown> | string | number | boolean | null | readonly unknown[]
  ? unknown
  : { readonly [K in Exclude<keyof V, KeysOfEach<T>>]: never };

type KeysOfEach<T> = T extends unknown ? (IsOpen<T> extends true ? PropertyKey : keyof T) : never;
