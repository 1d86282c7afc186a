import { BuilderError } from './builder.errors.js';
import { literalOf } from './literal.js';
import { makeRef, operand, sourceOf, type TextPart } from './ref.js';
import type { Expression, Ref } from './ref.types.js';

type Scalar = string | number | boolean | null;

/**
 * Writes a CEL expression over references: a condition, or with a type any value.
 *
 * References and literals are put in as operands; the text between them is CEL as it stands. Neither the compiler nor the
 * builder reads it; the check of the whole definition does.
 * @example expr`size(${steps.research.findings}) > 0 && ${input.depth} < 3`
 * @example expr<number>`${input.price} * 1.2`
 * @publicApi
 */
export function expr<T = boolean>(
  strings: TemplateStringsArray,
  ...values: readonly (Expression<unknown> | Scalar)[]
): Expression<NoInfer<T>> {
  const written = strings.map((part, index) =>
    index < values.length ? part + asOperand(values[index]) : part,
  );
  const expression = written.join('').trim();
  if (expression === '') throw new BuilderError('expr`` holds nothing; write a CEL expression in it');
  return makeRef<T>({ expression, isPath: false });
}

/**
 * Writes a text with the values of references in it. Texts go in as they are, numbers and booleans plainly, null as nothing, lists and
 * objects as JSON.
 * @example text`Publish a brief on ${input.topic}?`
 * @publicApi
 */
export function text(
  strings: TemplateStringsArray,
  ...values: readonly (Ref<unknown> | Scalar)[]
): Ref<string> {
  if (values.length === 1 && strings.every((part) => part === '') && sourceOf(values[0])) {
    throw new BuilderError('text`…` holds one reference and no text; pass the reference itself');
  }
  const parts = strings.flatMap((part, index) =>
    index < values.length ? [part, ...textParts(values[index])] : [part],
  );
  return makeRef<string>({ template: joinParts(parts), parts, isPath: false });
}

/** A literal text as a template that evaluates to it. */
export function escapeText(literal: string): string {
  // By a function: in a text, `$$` would stand for one `$`.
  return literal.replaceAll('${', () => '$${');
}

function textParts(value: unknown): readonly TextPart[] {
  const source = sourceOf(value);
  if (source === undefined)
    return value === null ? [] : [typeof value === 'string' ? value : literalOf(value)];
  return source.parts ?? [{ template: `\${ ${source.expression} }` }];
}

/** Literals come together first: where an expression begins decides how a `$` before it is written. */
function joinParts(parts: readonly TextPart[]): string {
  let template = '';
  let literal = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      literal += part;
      continue;
    }
    template += beforeExpression(literal) + part.template;
    literal = '';
  }
  return template + escapeText(literal);
}

/** `$` right before an expression would make it a literal `${`; as an expression of its own it stays what it is. */
function beforeExpression(literal: string): string {
  const rest = literal.replace(/\$+$/, '');
  const dollars = literal.slice(rest.length);
  return escapeText(rest) + (dollars === '' ? '' : `\${ "${dollars}" }`);
}

function asOperand(value: unknown): string {
  const source = sourceOf(value);
  if (source === undefined) return literalOf(value);
  if (source.expression === undefined) {
    throw new BuilderError('a text cannot be part of an expression; join texts with + in expr`…`');
  }
  return operand(source);
}
