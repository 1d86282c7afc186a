import type { DataType } from '../../agents/index.js';
import { deepFreeze } from '../../common/index.js';
import type { Durability, StepDefinition, WorkflowDefinition } from '../../orchestration/index.js';
import { BuilderError } from './builder.errors.js';
import type {
  ApprovalOutput,
  Condition,
  Entry,
  FrameOptions,
  InputFrom,
  InputInside,
  InputOf,
  InputSpec,
  ItemScope,
  OnError,
  OutputOf,
  RoutingOptions,
  NewId,
  NoStrangers,
  Result,
  ScopeFor,
  SignalValue,
  SoftOptions,
  Target,
  TaskTarget,
  Tolerated,
  TypedDefinition,
  UnavailablePolicy,
  Wiring,
  WiringScope,
  WorkflowTarget,
  WorkOptions,
  WorkScopeFor,
} from './builder.types.js';
import { writeInput } from './input-spec.js';
import type { Ref, ValueOf, Wired } from './ref.types.js';
import { render } from './render.js';
import { scopeOf } from './scope.js';
import {
  writeAction,
  writeApproval,
  writeFrame,
  writeSignal,
  writeSleep,
  type ApprovalOptions,
  type LooseOptions,
  type SignalOptions,
} from './write-step.js';

/** How a whole workflow is run. */
export interface WorkflowOptions {
  /** Semantic version; default `1.0.0`. */
  readonly version?: string;
  readonly description?: string;
  /** For a whole run, its waits included; default: no limit. */
  readonly timeout?: string;
  /** Runs of a higher one are taken up first, -100 to 100; default 0. */
  readonly priority?: number;
  /** Default `durable` where there is a database. */
  readonly durability?: Durability;
}

/** What has been written so far. */
interface Draft {
  readonly head: Omit<WorkflowDefinition, 'steps' | 'output'>;
  readonly steps: readonly StepDefinition[];
  /** Set for the next step only. */
  readonly forEach?: StepDefinition['forEach'];
}

/** The builder behind a step of this id and output. */
type Next<
  Input,
  InputGiven,
  Steps extends Entry,
  Ids extends string,
  Id extends string,
  Output,
> = WorkflowBuilder<Input, InputGiven, Steps | Entry<Id, Output>, Ids | Id, Output>;

/** Adds steps to a workflow; see {@link workflow}. Each call leaves its builder as it was and gives the next one. */
export class StepBuilder<Input, InputGiven, Steps extends Entry, Ids extends string, Each> {
  constructor(protected readonly draft: Draft) {}

  /**
   * Adds a task: asks whoever provides a capability.
   * @param id unique in the workflow; its output is `steps.<id>` from here on
   * @param input wires what the agent gets
   */
  step<
    const Id extends string,
    T extends TaskTarget,
    V extends Wired<InputOf<T>>,
    W extends Condition = never,
    O extends boolean = false,
    E extends OnError = 'fail',
    U extends UnavailablePolicy = never,
    F extends Target = never,
    C extends Target = never,
  >(
    id: NewId<Id, Ids>,
    target: T,
    input: (scope: WorkScopeFor<Input, Steps, Each, OutputOf<T>>) => V & NoStrangers<V, InputOf<T>>,
    options?: FrameOptions<Ids> &
      SoftOptions<ScopeFor<Input, Steps, Each>, W, O, E> &
      WorkOptions<ScopeFor<Input, Steps, Each>, T, F, C> &
      RoutingOptions<U>,
  ): Next<Input, InputGiven, Steps, Ids, Id, Result<Each, OutputOf<T> | OutputOf<F>, Tolerated<O, E, U>, W>> {
    return this.#add(
      id,
      writeAction(id, target, { input, scope: this.#scope() }, options as LooseOptions),
      options,
    );
  }

  /**
   * Adds a workflow that runs inside of this one. Of a typed workflow, the newest compatible version is taken when a run starts:
   * `^1.2.0`.
   */
  nested<
    const Id extends string,
    T extends WorkflowTarget,
    V extends Wired<InputOf<T>>,
    W extends Condition = never,
    O extends boolean = false,
    E extends OnError = 'fail',
    F extends Target = never,
    C extends Target = never,
  >(
    id: NewId<Id, Ids>,
    target: T,
    input: (scope: WorkScopeFor<Input, Steps, Each, OutputOf<T>>) => V & NoStrangers<V, InputOf<T>>,
    options?: FrameOptions<Ids> &
      SoftOptions<ScopeFor<Input, Steps, Each>, W, O, E> &
      WorkOptions<ScopeFor<Input, Steps, Each>, T, F, C>,
  ): Next<Input, InputGiven, Steps, Ids, Id, Result<Each, OutputOf<T> | OutputOf<F>, Tolerated<O, E>, W>> {
    return this.#add(
      id,
      writeAction(id, target, { input, scope: this.#scope() }, options as LooseOptions),
      options,
    );
  }

  /**
   * Waits for a person, who is asked what `message` says. A rejection ends the run, unless `onReject` says `continue`.
   */
  approval<
    const Id extends string,
    W extends Condition = never,
    O extends boolean = false,
    E extends OnError = 'fail',
  >(
    id: NewId<Id, Ids>,
    message: Wiring<ScopeFor<Input, Steps, Each>, string>,
    options?: FrameOptions<Ids> & SoftOptions<ScopeFor<Input, Steps, Each>, W, O, E> & ApprovalOptions,
  ): Next<Input, InputGiven, Steps, Ids, Id, Result<Each, ApprovalOutput, Tolerated<O, E>, W>> {
    return this.#wait(id, writeApproval(message, this.#scope(), options), options);
  }

  /** Waits for a named event, default the id of the step; its output is what comes with it. */
  signal<
    const Id extends string,
    D extends DataType = never,
    W extends Condition = never,
    O extends boolean = false,
    E extends OnError = 'fail',
    M extends OnError = 'fail',
  >(
    id: NewId<Id, Ids>,
    options?: FrameOptions<Ids> & SoftOptions<ScopeFor<Input, Steps, Each>, W, O, E> & SignalOptions<D, M>,
  ): Next<Input, InputGiven, Steps, Ids, Id, Result<Each, SignalValue<D>, Tolerated<O, E | M>, W>> {
    return this.#wait(id, writeSignal(id, options), options);
  }

  /** Waits for a time: a duration such as `10m`, one that is wired, or until an instant, `{ until }`. */
  sleep<const Id extends string, W extends Condition = never>(
    id: NewId<Id, Ids>,
    time:
      | string
      | Wiring<ScopeFor<Input, Steps, Each>, string>
      | { readonly until: Wiring<ScopeFor<Input, Steps, Each>, string | number> },
    options?: Omit<FrameOptions<Ids>, 'timeout'> & {
      readonly when?: (scope: ScopeFor<Input, Steps, Each>) => W;
    },
  ): Next<Input, InputGiven, Steps, Ids, Id, Result<Each, null, never, W>> {
    return this.#add(id, writeSleep(time, this.#scope()), options);
  }

  #scope(): object {
    const { steps, forEach } = this.draft;
    return scopeOf(
      steps.map(({ id }) => String(id)),
      forEach && (forEach.as ?? 'item'),
    );
  }

  /** A wait has its timeout in itself, where it says also what that means. */
  #wait(id: string, action: object, options: object | undefined): never {
    return this.#add(id, action, { ...options, timeout: undefined });
  }

  /** The builder with one more step. As `never`, it is of any of the types that the methods above work out. */
  #add(id: string, action: object, options: object | undefined): never {
    const { head, steps, forEach } = this.draft;
    if (steps.some((step) => step.id === id))
      throw new BuilderError(`two steps have the id "${id}"; rename one`);
    const frame = writeFrame(id, options as LooseOptions | undefined, this.#scope());
    const step = { ...frame, ...(forEach && { forEach }), ...action } as StepDefinition;
    return new WorkflowBuilder({ head, steps: [...steps, step] }) as never;
  }
}

/** A workflow that is being written; see {@link workflow}. */
export class WorkflowBuilder<
  Input,
  InputGiven,
  Steps extends Entry,
  Ids extends string,
  Last,
> extends StepBuilder<Input, InputGiven, Steps, Ids, never> {
  /**
   * Does the step that comes next once for each item of a list; its output is the list of theirs, in the order of the items.
   * @example .forEach(({ steps }) => steps.research.findings).step('shorts', Shorten, ({ item }) => item.text)
   */
  forEach<Item, const As extends string = 'item'>(
    items: (scope: WiringScope<Input, Steps>) => Ref<readonly Item[]> | readonly Wired<Item>[],
    options: {
      /** How steps call the item; default `item`. */
      readonly as?: As;
      /** Items at a time, 1 to 100; default 10. */
      readonly concurrency?: number;
    } = {},
  ): StepBuilder<Input, InputGiven, Steps, Ids, ItemScope<As, Item>> {
    const scope = scopeOf(this.draft.steps.map(({ id }) => String(id))) as WiringScope<Input, Steps>;
    const forEach = { items: render(items(scope), 'the list of forEach()'), ...options };
    return new StepBuilder({ ...this.draft, forEach });
  }

  /** Ends the workflow: wires what it gives. */
  output<const W>(output: (scope: WiringScope<Input, Steps>) => W): TypedDefinition<InputGiven, ValueOf<W>> {
    const scope = scopeOf(this.draft.steps.map(({ id }) => String(id))) as WiringScope<Input, Steps>;
    return this.#finish({ output: render(output(scope), 'the output') });
  }

  /** Ends the workflow; it gives the output of its last step. */
  build(): TypedDefinition<InputGiven, Last> {
    return this.#finish({});
  }

  #finish(end: { readonly output?: unknown }): WorkflowDefinition {
    const { head, steps } = this.draft;
    if (steps.length === 0) throw new BuilderError(`"${head.name}" has no steps`);
    return deepFreeze({ ...head, steps, ...end });
  }
}

/** A workflow without steps yet; see {@link workflow}. */
export class WorkflowStart extends WorkflowBuilder<unknown, unknown, never, never, unknown> {
  /** Declares the members of the input; without it, the input is any JSON. */
  input<const M extends InputSpec>(
    members: M,
  ): WorkflowBuilder<InputInside<M>, InputFrom<M>, never, never, InputInside<M>> {
    return new WorkflowBuilder({ ...this.draft, head: { ...this.draft.head, input: writeInput(members) } });
  }
}

/**
 * Begins to write a workflow. What comes out is a plain definition, as JSON or YAML would give it.
 *
 * Steps follow one another, unless `after` says otherwise. Wrong wiring does not compile: data of a wrong type, a step that is
 * not declared above, an id that is taken.
 *
 * @param options how it is run, or its version alone
 * @example
 * const brief = workflow('market_brief', '1.0.0')
 *   .input({ topic: SearchQuery })
 *   .step('research', WebResearch, ({ input }) => input.topic, { timeout: '30s' })
 *   .step('write', ContentWriting, ({ steps }) => steps.research)
 *   .output(({ steps }) => steps.write);
 * @publicApi
 */
export function workflow(name: string, options: WorkflowOptions | string = {}): WorkflowStart {
  const { version = '1.0.0', ...rest } = typeof options === 'string' ? { version: options } : options;
  return new WorkflowStart({ head: { name, version, ...rest }, steps: [] });
}
