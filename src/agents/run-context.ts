import { deepFreeze, jsonPath, messageOf, type SchemaOutput } from '../common/index.js';
import { InvalidInputError } from './agent.errors.js';
import { isDataType, type DataType } from './contracts/data-type.js';

/** An output of an earlier step, with the data type it is of. */
export interface StepOutput {
  readonly type: string;
  readonly value: unknown;
}

/**
 * What a task may know of the run around it: values the caller gave, by data type, and the outputs of earlier steps, by
 * step id and by data type. Plain objects and lists are frozen all the way down: nothing an agent does to them reaches
 * another agent.
 * @publicApi
 */
export class RunContext {
  static readonly EMPTY = new RunContext(new Map(), new Map());

  /** Values by data type name: the caller's, then outputs of that type, the latest winning. */
  readonly #byType: ReadonlyMap<string, unknown>;
  readonly #bySteps: ReadonlyMap<string, StepOutput>;

  private constructor(byType: ReadonlyMap<string, unknown>, bySteps: ReadonlyMap<string, StepOutput>) {
    this.#byType = byType;
    this.#bySteps = bySteps;
  }

  /**
   * A context of values named by their data types. Takes a frozen copy.
   * @throws INPUT_INVALID for a value that cannot be copied, such as a function
   */
  static of(values: Readonly<Record<string, unknown>>): RunContext {
    const entries = Object.entries(values);
    if (entries.length === 0) return RunContext.EMPTY;
    return new RunContext(
      new Map(entries.map(([type, value]) => [type, deepFreeze(copyOf(type, value))])),
      new Map(),
    );
  }

  /** The latest value of a data type; `undefined` when there is none. */
  get<T extends DataType>(type: T): SchemaOutput<T['schema']> | undefined;
  get(typeName: string): unknown;
  get(type: DataType | string): unknown {
    return this.#byType.get(isDataType(type) ? type.name : type);
  }

  /** The output of an earlier step of this run; `undefined` when that step has none. */
  outputOf(stepId: string): unknown {
    return this.#bySteps.get(stepId)?.value;
  }

  /** Tells whether there is a value of this data type. */
  has(typeName: string): boolean {
    return this.#byType.has(typeName);
  }

  /** This context and one more output; this one stays as it is. The output is frozen in place. */
  withOutput(stepId: string, output: StepOutput): RunContext {
    const value: unknown = deepFreeze(output.value);
    return new RunContext(
      new Map(this.#byType).set(output.type, value),
      new Map(this.#bySteps).set(stepId, { type: output.type, value }),
    );
  }
}

function copyOf(type: string, value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    const issue = { path: jsonPath([type]), message: `cannot be copied: ${messageOf(error)}` };
    throw new InvalidInputError('the context', [issue]);
  }
}
