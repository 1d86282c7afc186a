import type { UnavailablePolicy } from '../tasks/task.types.js';

/** A number and a unit: `500ms`, `10s`, `5m`, `24h`, `7d`. */
export type DurationText = string;

/**
 * JSON whose texts may hold expressions: `${ steps.research.output }`. A text that is one expression and nothing else becomes
 * the value of it, whatever that is; in a longer text the value is written into it.
 */
export type Template = unknown;

/** A CEL expression in `${ }` that gives `true` or `false`. */
export type Condition = string | boolean;

/** The data type of one member of a workflow's input; a plain text is the type of one that must be given. */
export type InputMember =
  | string
  | {
      readonly type: string;
      readonly optional?: boolean;
      /** Taken where the member is not given. */
      readonly default?: unknown;
    };

/** Tries of one step: whole, after all agents that could be asked have failed. */
export interface StepRetry {
  /** Tries in all, 1 to 20. */
  readonly attempts: number;
  /** How the wait grows from try to try; default `exponential`. */
  readonly backoff?: 'constant' | 'exponential';
  /** Before the second try; default `200ms`. */
  readonly delay?: DurationText;
  /** What no wait exceeds; default `30s`. */
  readonly maxDelay?: DurationText;
  /** Default true. */
  readonly jitter?: boolean;
}

/** Asks agents for a capability; with `agent`, only that one. */
export interface TaskAction {
  readonly capability?: string;
  /** Pins the step to an agent: `name` or `name@range`. */
  readonly agent?: string;
  /**
   * What the agent gets. Without it: the item, for a step done for each of a list; else the output of the only step that it
   * follows, sleeps passed over; else, for one that follows none, the workflow's input. A fallback gets what its step got, what
   * undoes a step gets its output.
   */
  readonly input?: Template;
  /** Another word for `input`. */
  readonly task?: Template;
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
  readonly whenUnavailable?: UnavailablePolicy;
  /** How long `queue` waits for an agent; default `24h`. */
  readonly queueTimeout?: DurationText;
}

/** Runs another workflow inside of this run. */
export interface WorkflowAction {
  /** `name` or `name@range`; resolved when the run starts. */
  readonly workflow: string;
  readonly input?: Template;
}

/** Waits for a time. */
export interface SleepAction {
  /** A duration, or an expression that gives one, or the instant to wait for (ISO 8601, or milliseconds since the epoch). */
  readonly sleep: DurationText | { readonly until: Template };
}

/** Waits for a person. Its output is `{ approved, comment?, by? }`. */
export interface ApprovalAction {
  readonly approval: {
    /** What the person is asked. */
    readonly message: Template;
    /** Default: no limit but the run's own. */
    readonly timeout?: DurationText;
    /** What a timeout means; default `fail`. */
    readonly onTimeout?: 'fail' | 'approve' | 'reject';
    /** What a rejection means; default `fail`. With `continue` the output says `approved: false`. */
    readonly onReject?: 'fail' | 'continue';
  };
}

/** Waits for a named event. Its output is what came with it. */
export interface SignalAction {
  readonly signal:
    | string
    | {
        readonly name: string;
        /** Data type of what comes with it; another is refused where it is sent. */
        readonly type?: string;
        readonly timeout?: DurationText;
        /** What a timeout means; default `fail`. With `continue` the output is null. */
        readonly onTimeout?: 'fail' | 'continue';
      };
}

/** What a step does. */
export type ActionDefinition = TaskAction | WorkflowAction | SleepAction | ApprovalAction | SignalAction;

/** What is asked instead of a step that failed, or to undo one: a task or a workflow. */
export type SubstituteDefinition = TaskAction | WorkflowAction;

/** How a step stands among the others. */
export interface StepFrame {
  /** Unique in its workflow; default `step-1`, `step-2` … by position. */
  readonly id?: string;
  readonly description?: string;
  /** The steps it follows; without it, the step above. An empty list lets it begin at once. */
  readonly after?: readonly string[];
  /** Skips the step where this is false. */
  readonly when?: Condition;
  /** A failure is recorded as skipped and the run goes on. */
  readonly optional?: boolean;
  /** Does the step once for each item of a list; its output is the list of theirs, in the order of the items. */
  readonly forEach?: {
    readonly items: Template;
    /** How expressions call the item; default `item`. `index` is its position, from 0. */
    readonly as?: string;
    /** Items at a time, 1 to 100; default 10. */
    readonly concurrency?: number;
  };
  /** Does the step again until the condition holds; it sees `output` and `iteration` (from 1). The last output counts. */
  readonly repeat?: {
    readonly until: Condition;
    /** Most rounds, 1 to 1 000. */
    readonly max: number;
    /** Between two rounds; default none. */
    readonly delay?: DurationText;
    /** What it means that the condition never held; default `fail`. */
    readonly onMax?: 'fail' | 'continue';
  };
  readonly retry?: StepRetry;
  /** For the whole step, its tries, items and waits included. */
  readonly timeout?: DurationText;
  /** Default `fail`, which ends the run. `continue` goes on with null for an output. */
  readonly onError?: 'fail' | 'continue' | { readonly fallback: SubstituteDefinition };
  /** Undoes the step when the run fails or is canceled later; it sees `output`, the step's own. */
  readonly compensate?: SubstituteDefinition;
}

/** One step of a workflow. */
export type StepDefinition = StepFrame & ActionDefinition;

/** The shortest form of a workflow: steps in sequence. */
export type WorkflowList = readonly StepDefinition[];

/** Whether a run outlives its process. */
export type Durability = 'durable' | 'memory';

/** A workflow as it is written in YAML or JSON, and as the typed builder writes it. */
export interface WorkflowDefinition {
  /** A name as agents have; versions are semver, default `1.0.0`. */
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  /** The members of the input, by data type name. Without it, the input is any JSON. */
  readonly input?: Readonly<Record<string, InputMember>>;
  readonly steps: readonly StepDefinition[];
  /** Default: the output of the last step. */
  readonly output?: Template;
  /** For the whole run, its waits included; default: no limit. */
  readonly timeout?: DurationText;
  /** Runs of a higher one are taken up first, -100 to 100; default 0. */
  readonly priority?: number;
  /** Default `durable` where there is a database. */
  readonly durability?: Durability;
}
