import { deepFreeze, jsonPath, messageOf, type SchemaOutput } from '../common/index.js';
import { InvalidInputError } from './agent.errors.js';
import { isDataType, type DataType } from './contracts/data-type.js';

/** An output of an earlier step, with the data type it is of. */
export interface StepOutput {
  readonly type: string;
  readonly value: unknown;
  /** Set where the value is known to be frozen all the way down. */
  readonly isFrozen?: boolean;
}

/** A value and the version of the log that it came with. */
interface LoggedValue {
  readonly version: number;
  readonly stepId?: string;
  readonly type: string;
  readonly value: unknown;
}

/** Values in the order in which they came; never changed, only added to. Indexed when somebody asks: most agents do not. */
class OutputLog {
  readonly #all: LoggedValue[] = [];
  readonly #byType = new Map<string, LoggedValue[]>();
  readonly #byStep = new Map<string, LoggedValue[]>();
  #indexedCount = 0;

  get version(): number {
    return this.#all.length;
  }

  add({ type, value }: StepOutput, stepId?: string): void {
    this.#all.push({ version: this.#all.length + 1, stepId, type, value });
  }

  latestOf(type: string, version: number): LoggedValue | undefined {
    this.#index();
    return findUpTo(this.#byType.get(type), version);
  }

  outputOf(stepId: string, version: number): LoggedValue | undefined {
    this.#index();
    return findUpTo(this.#byStep.get(stepId), version);
  }

  outputs(version: number): { readonly stepId: string; readonly type: string; readonly value: unknown }[] {
    return this.#all
      .slice(0, version)
      .flatMap(({ stepId, type, value }) => (stepId === undefined ? [] : { stepId, type, value }));
  }

  copy(version: number): OutputLog {
    const log = new OutputLog();
    for (const entry of this.#all.slice(0, version)) log.add(entry, entry.stepId);
    return log;
  }

  #index(): void {
    for (; this.#indexedCount < this.#all.length; this.#indexedCount += 1) {
      const entry = this.#all[this.#indexedCount]!;
      addTo(this.#byType, entry.type, entry);
      if (entry.stepId !== undefined) addTo(this.#byStep, entry.stepId, entry);
    }
  }
}

function addTo(map: Map<string, LoggedValue[]>, key: string, entry: LoggedValue): void {
  const entries = map.get(key);
  if (entries === undefined) map.set(key, [entry]);
  else entries.push(entry);
}

function findUpTo(entries: readonly LoggedValue[] | undefined, version: number): LoggedValue | undefined {
  return entries?.findLast((entry) => entry.version <= version);
}

/**
 * What a task may know of the run around it: values the caller gave, by data type, and the outputs of earlier steps, by
 * step id and by data type. Plain objects and lists are frozen all the way down: nothing an agent does to them reaches
 * another agent.
 * @publicApi
 */
export class RunContext {
  static readonly EMPTY = new RunContext(new OutputLog(), 0);

  /** Shared by all contexts of a run: each sees of it what is not newer than its own version. */
  readonly #log: OutputLog;
  readonly #version: number;

  private constructor(log: OutputLog, version: number) {
    this.#log = log;
    this.#version = version;
  }

  /**
   * A context of values named by their data types. Takes a frozen copy.
   * @throws INPUT_INVALID for a value that cannot be copied, such as a function
   */
  static of(values: Readonly<Record<string, unknown>>): RunContext {
    const entries = Object.entries(values);
    if (entries.length === 0) return RunContext.EMPTY;
    const log = new OutputLog();
    for (const [type, value] of entries) log.add({ type, value: deepFreeze(copyOf(type, value)) });
    return new RunContext(log, log.version);
  }

  /** The latest value of a data type; `undefined` when there is none. */
  get<T extends DataType>(type: T): SchemaOutput<T['schema']> | undefined;
  get(typeName: string): unknown;
  get(type: DataType | string): unknown {
    return this.#log.latestOf(isDataType(type) ? type.name : type, this.#version)?.value;
  }

  /** The output of an earlier step of this run; `undefined` when that step has none. */
  outputOf(stepId: string): unknown {
    return this.#log.outputOf(stepId, this.#version)?.value;
  }

  /** The outputs of earlier steps, in the order in which they came. */
  outputs(): { readonly stepId: string; readonly type: string; readonly value: unknown }[] {
    return this.#log.outputs(this.#version);
  }

  /** Tells whether there is a value of this data type. */
  has(typeName: string): boolean {
    return this.#log.latestOf(typeName, this.#version) !== undefined;
  }

  /** This context and one more output; this one stays as it is. The output is frozen in place. */
  withOutput(stepId: string, { type, value, isFrozen }: StepOutput): RunContext {
    // A run adds to its latest context, which costs the same however many outputs there are; only a branch off an older one copies.
    const log =
      this.#version === this.#log.version && this !== RunContext.EMPTY
        ? this.#log
        : this.#log.copy(this.#version);
    log.add({ type, value: isFrozen ? value : deepFreeze(value) }, stepId);
    return new RunContext(log, log.version);
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
