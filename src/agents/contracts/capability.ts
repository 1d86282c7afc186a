import { anyJson, type Json, type Schema } from '../../common/index.js';
import { InvalidDefinitionError } from '../agent.errors.js';
import { dataType, isDataType, isSchema, type DataType, type TypedValue } from './data-type.js';
import { isName, NAME_RULE } from './names.js';
import {
  isAllOf,
  isAnyOf,
  type InputSpec,
  type OutputSpec,
  type SpecInput,
  type SpecOutput,
} from './type-sets.js';

const CAPABILITY = Symbol.for('cadre.capability');

/** Measurable expectations of a capability or of one agent's way of providing it; priors until there are measurements. */
export interface Estimates {
  /** Milliseconds one task takes, at least 0. */
  readonly estimatedDurationMs?: number;
  /** US dollars one task costs, at least 0. */
  readonly estimatedCostUsd?: number;
  /** Share of tasks that succeed, 0 to 1. */
  readonly estimatedSuccessRatio?: number;
}

/** What {@link capability} is made from. */
export interface CapabilityDefinition<
  Name extends string,
  I extends InputSpec,
  O extends OutputSpec,
> extends Estimates {
  readonly name: Name;
  /** For people and for models: what it does, in a sentence. */
  readonly description: string;
  /** A data type, a bare schema, `anyOf(…)` or `allOf({…})`. */
  readonly input: I;
  /** A data type, a bare schema or `anyOf(…)`. */
  readonly output: O;
  /** Data types that must be in the task's context before an agent is asked; none by default. */
  readonly requiredContext?: readonly DataType[];
}

/**
 * A named contract: what can be done, on which data, with which result; never by whom.
 * @publicApi
 */
export interface Capability<
  Name extends string = string,
  I extends InputSpec = InputSpec,
  O extends OutputSpec = OutputSpec,
> extends Estimates {
  readonly [CAPABILITY]: true;
  readonly name: Name;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly contract: Contract;
  readonly requiredContext: readonly DataType[];
}

/** The two sides of a capability in the one form that Cadre works with. */
export interface Contract {
  /** `any`: the input is a value of one of the types. `all`: it is an object with one member of each. */
  readonly mode: 'any' | 'all';
  /** The input's parts. The key is the member's name in mode `all`, and the type's name in mode `any`. */
  readonly inputs: ReadonlyMap<string, DataType>;
  /** The output is a value of one of these. */
  readonly outputs: readonly DataType[];
}

/** What a caller passes: the input before validation. */
export type CallerInput<C> = C extends Capability<string, infer I, OutputSpec> ? SpecInput<I> : unknown;
/** What a handler receives: the input after validation. */
export type HandlerInput<C> = C extends Capability<string, infer I, OutputSpec> ? SpecOutput<I> : unknown;
/** What a handler may return: the output before validation, or `Type.of(output)`. */
export type HandlerOutput<C> =
  C extends Capability<string, InputSpec, infer O> ? SpecInput<O> | TypedValue<SpecInput<O>> : unknown;
/** What a caller gets: the output after validation. */
export type CallerOutput<C> = C extends Capability<string, InputSpec, infer O> ? SpecOutput<O> : unknown;

/** A capability whose contract takes and gives any JSON. */
export type OpenCapability<Name extends string = string> = Capability<Name, Schema<Json>, Schema<Json>>;

/**
 * Declares a capability. Share the result among all who provide or need it.
 *
 * @throws DEFINITION_INVALID when the name, the description, a type or an estimate is wrong
 * @example
 * export const WebResearch = capability({
 *   name: 'web_research', description: 'Searches the web.', input: SearchQuery, output: ResearchReport,
 * });
 * @publicApi
 */
export function capability<Name extends string, I extends InputSpec, O extends OutputSpec>(
  definition: CapabilityDefinition<Name, I, O>,
): Capability<Name, I, O> {
  if (typeof definition !== 'object' || definition === null) {
    throw new InvalidDefinitionError(
      'capability',
      definition,
      'it is no definition; look for an import cycle',
    );
  }
  const { name, description, input, output, requiredContext = [] } = definition;
  if (!isName(name)) throw new InvalidDefinitionError('capability', name, `its name ${NAME_RULE}`);
  if (typeof description !== 'string' || description.trim() === '') {
    throw new InvalidDefinitionError(
      'capability',
      name,
      'its description is empty; say in a sentence what it does',
    );
  }
  if (!Array.isArray(requiredContext) || !requiredContext.every(isDataType)) {
    throw new InvalidDefinitionError('capability', name, 'requiredContext must be a list of data types');
  }
  const problem = findEstimateProblem(definition);
  if (problem !== undefined) throw new InvalidDefinitionError('capability', name, problem);
  return Object.freeze({
    [CAPABILITY]: true as const,
    name,
    description,
    input,
    output,
    contract: toContract(name, input, output),
    requiredContext: Object.freeze([...requiredContext]),
    estimatedDurationMs: definition.estimatedDurationMs,
    estimatedCostUsd: definition.estimatedCostUsd,
    estimatedSuccessRatio: definition.estimatedSuccessRatio,
  });
}

/** A capability with an open contract: any JSON in, any JSON out. It is what a plain string stands for in `@Agent('greet')`. */
export function openCapability<Name extends string>(name: Name): OpenCapability<Name> {
  return capability({ name, description: `Open contract: ${name}.`, input: OPEN_TYPE, output: OPEN_TYPE });
}

/** Tells whether a value is what {@link capability} makes. */
export function isCapability(value: unknown): value is Capability {
  return typeof value === 'object' && value !== null && CAPABILITY in value;
}

/** The first estimate that is out of its bounds, as a sentence part; `undefined` when all are fine. */
export function findEstimateProblem(estimates: Estimates): string | undefined {
  const { estimatedDurationMs, estimatedCostUsd, estimatedSuccessRatio } = estimates;
  if (!isEstimate(estimatedDurationMs, Number.MAX_VALUE)) {
    return `estimatedDurationMs is ${estimatedDurationMs}; it must be a finite number of at least 0`;
  }
  if (!isEstimate(estimatedCostUsd, Number.MAX_VALUE)) {
    return `estimatedCostUsd is ${estimatedCostUsd}; it must be a finite number of at least 0`;
  }
  if (!isEstimate(estimatedSuccessRatio, 1)) {
    return `estimatedSuccessRatio is ${estimatedSuccessRatio}; it must be a number from 0 to 1`;
  }
  return undefined;
}

function isEstimate(value: number | undefined, most: number): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= most);
}

/** The data type of open contracts. */
export const OPEN_TYPE = dataType('json', anyJson, { description: 'Any JSON value.' });

function toContract(name: string, input: InputSpec, output: OutputSpec): Contract {
  const outputs = Object.freeze(isAnyOf(output) ? [...output.types] : [named(name, 'output', output)]);
  if (isAllOf(input))
    return Object.freeze({ mode: 'all', inputs: new Map(Object.entries(input.parts)), outputs });
  const types = isAnyOf(input) ? input.types : [named(name, 'input', input)];
  return Object.freeze({ mode: 'any', inputs: new Map(types.map((type) => [type.name, type])), outputs });
}

/** Names a bare schema after the capability and its side, so that every part of a contract has a name. */
function named(capabilityName: string, side: 'input' | 'output', schema: unknown): DataType {
  if (isDataType(schema)) return schema;
  if (!isSchema(schema)) {
    throw new InvalidDefinitionError(
      'capability',
      capabilityName,
      `its ${side} is no data type and no Standard Schema; pass dataType(…), a schema${side === 'input' ? ', anyOf(…) or allOf({…})' : ' or anyOf(…)'}`,
    );
  }
  // Cut so that the whole is still a name: of at most 64 characters, without a doubled separator.
  return dataType(`${capabilityName.slice(0, 57).replace(/[_-]$/, '')}_${side}`, schema);
}
