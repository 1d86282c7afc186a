import { isDataType, type DataType } from '../../agents/index.js';
import type { SchemaOutput } from '../../common/index.js';
import { BuilderError } from './builder.errors.js';
import type { StepError } from './builder.types.js';
import { literalOf } from './literal.js';
import type { Expression, Ref, RefTo, WiredJson } from './ref.types.js';

const SOURCE = Symbol.for('cadre.workflow.ref');

/** What a reference stands for, as it is written. */
export interface RefSource {
  /** CEL: what stands between `${` and `}`. Absent for what is no single expression. */
  readonly expression?: string;
  /** Whether members can be selected from the expression, and `has` asked of it, without parentheses. */
  readonly isPath: boolean;
  /** A text with expressions in it, and what it was put together from. */
  readonly template?: string;
  readonly parts?: readonly TextPart[];
  /** Set on a path that ends with a member: how to ask whether that is there. */
  readonly presence?: string;
  /** The id of the step whose whole output it is. */
  readonly stepId?: string;
}

/** A literal text, or an expression with its `${ }`. */
export type TextPart = string | { readonly template: string };

/** Words that CEL reserves; as members they are selected in brackets. See the CEL language definition, "Syntax". */
const RESERVED = new Set(
  (
    'as break const continue else false for function if import in let loop package namespace null return true var ' +
    'void while'
  ).split(' '),
);

/** How a member is selected: `.findings`, or `["odd key"]`. */
export function memberPath(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !RESERVED.has(name) ? `.${name}` : `[${literalOf(name)}]`;
}

/** Makes a reference; each member of it that is asked for is one too. */
export function makeRef<T>(source: RefSource): RefTo<T> {
  return new Proxy(Object.freeze({ [SOURCE]: source }), {
    get: (_target, key) => {
      if (key === SOURCE) return source;
      // Anything that wants a text of it: a template without a tag, a sum, a message.
      if (key === Symbol.toPrimitive) return refuseText;
      return typeof key === 'string' ? memberOf(source, key) : undefined;
    },
    // Anything that wants all its members: a spread, `Object.keys`, `JSON.stringify`. It would get none, without a word.
    ownKeys: refuseMembers,
  }) as unknown as RefTo<T>;
}

/** A reference to a place in the data of a run, from the name of a variable on. */
export function pathRef<T>(expression: string, stepId?: string): RefTo<T> {
  return makeRef<T>({ expression, isPath: true, stepId });
}

/** What a reference stands for; `undefined` for any other value. */
export function sourceOf(value: unknown): RefSource | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, SOURCE)) return undefined;
  return (value as { [SOURCE]: RefSource })[SOURCE];
}

/** The CEL of a reference. @throws BUILDER_MISUSED for what is no single expression */
export function expressionOf(ref: unknown, what: string): RefSource & { readonly expression: string } {
  const source = sourceOf(ref);
  if (source?.expression === undefined) {
    throw new BuilderError(`${what} takes a reference such as steps.research or input.topic`);
  }
  return { ...source, expression: source.expression };
}

/**
 * The item of a list at a position, from 0; a run that finds none there fails.
 * @publicApi
 */
export function at<T>(list: Ref<readonly T[]>, index: number): RefTo<T> {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new BuilderError(`a list has no item ${index}; positions are whole numbers from 0 on`);
  }
  const source = expressionOf(list, 'at()');
  return makeRef<T>({
    expression: `${operand(source)}[${index}]`,
    isPath: true,
    presence: `size(${source.expression}) > ${index}`,
  });
}

/**
 * The same reference, for data that is there for certain: in a condition behind `!= null`, for example. A run that finds
 * nothing there fails.
 * @publicApi
 */
export function present<T>(ref: Ref<T>): RefTo<NonNullable<T>> {
  return makeRef<NonNullable<T>>(expressionOf(ref, 'present()'));
}

/**
 * What a reference stands for, or another value where that is missing or null.
 * @example ({ steps }) => ({ rivals: orElse(steps.rivals, []) })
 * @publicApi
 */
export function orElse<T, const U extends WiredJson>(
  ref: Ref<T>,
  other: U,
): RefTo<NonNullable<T> | (U extends Ref<infer V> ? V : Widened<U>)> {
  const source = expressionOf(ref, 'orElse()');
  const { expression, presence } = source;
  const isThere = presence === undefined ? [] : [presence];
  const condition = [...isThere, `${operand(source)} != null`].join(' && ');
  const otherwise = sourceOf(other) ? `(${expressionOf(other, 'orElse()').expression})` : literalOf(other);
  return makeRef({ expression: `${condition} ? ${expression} : ${otherwise}`, isPath: false });
}

/** A literal stands for its kind: a default of `'dry'` does not make the whole a union with the word. */
type Widened<U> = U extends string
  ? string
  : U extends number
    ? number
    : U extends boolean
      ? boolean
      : U extends readonly []
        ? never[]
        : U;

/**
 * The same reference, for data that is of a type for certain, such as the output of an agent with an open contract. The type is
 * believed; who receives the data validates it.
 * @publicApi
 */
export function typed<D extends DataType>(ref: Ref<unknown>, type: D): RefTo<SchemaOutput<D['schema']>> {
  if (!isDataType(type)) throw new BuilderError('typed() takes a data type, made by dataType()');
  return makeRef(expressionOf(ref, 'typed()'));
}

/**
 * How a step ended: for conditions on steps that may be skipped or fail.
 * @publicApi
 */
export function statusOf(step: Ref<unknown>): Expression<'succeeded' | 'failed' | 'skipped'> {
  return pathRef(`${stepOf(step, 'statusOf()')}.status`);
}

/**
 * Why a step failed or was skipped; null where it succeeded.
 * @publicApi
 */
export function errorOf(step: Ref<unknown>): RefTo<StepError | null> {
  return pathRef(`${stepOf(step, 'errorOf()')}.error`);
}

function memberOf({ expression, isPath, template }: RefSource, key: string): unknown {
  if (expression === undefined) {
    throw new BuilderError(
      `a text has no members, so there is no ${literalOf(key)} of ${literalOf(template)}`,
    );
  }
  const path = memberPath(key);
  const parent = operand({ expression, isPath });
  // `has` takes a selection by a dot and no other.
  const presence = path.startsWith('.') ? `has(${parent}${path})` : `${literalOf(key)} in ${parent}`;
  return makeRef({ expression: `${parent}${path}`, isPath: true, presence });
}

/** An expression as a part of a larger one. */
export function operand({ expression, isPath }: RefSource): string {
  return isPath ? String(expression) : `(${expression})`;
}

function stepOf(ref: Ref<unknown>, what: string): string {
  const { stepId } = expressionOf(ref, what);
  if (stepId === undefined) throw new BuilderError(`${what} takes a step, such as steps.research`);
  return `steps${memberPath(stepId)}`;
}

function refuseMembers(): never {
  throw new BuilderError(
    'the members of a reference are not known while the workflow is written; ' +
      'write each that is needed, such as { findings: steps.research.findings }, or pass the reference as a whole',
  );
}

function refuseText(): never {
  throw new BuilderError(
    'a reference has no text while the workflow is written; build texts by text`…`, conditions by expr`…`',
  );
}
