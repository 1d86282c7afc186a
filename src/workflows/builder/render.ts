import { findNonJson, jsonPath } from '../../common/index.js';
import { BuilderError } from './builder.errors.js';
import { sourceOf } from './ref.js';
import { escapeText } from './tags.js';

/** Deeper than any input that a person writes; a value that contains itself ends here. */
const MAX_DEPTH = 32;

/**
 * Writes a wired value as a template: references as `${ … }`, literal texts such that they evaluate to themselves.
 * @param what names the place in errors: `the input of "write"`
 * @throws BUILDER_MISUSED for what is no JSON
 */
export function render(value: unknown, what: string): unknown {
  const template = renderPart(value, what, 0);
  const found = findNonJson(template);
  if (found) throw new BuilderError(`${what} is no JSON at ${jsonPath(found.path)}: ${found.reason}`);
  return template;
}

/** Writes a condition: true, false, or one expression. @throws BUILDER_MISUSED */
export function renderCondition(value: unknown, what: string): string | boolean {
  if (typeof value === 'boolean') return value;
  const expression = sourceOf(value)?.expression;
  if (expression === undefined) throw new BuilderError(`${what} is no condition; write it by expr\`…\``);
  return `\${ ${expression} }`;
}

function renderPart(value: unknown, what: string, depth: number): unknown {
  if (typeof value === 'string') return escapeText(value);
  if (typeof value !== 'object' || value === null) return value;
  const source = sourceOf(value);
  if (source !== undefined) return source.template ?? `\${ ${source.expression} }`;
  if (depth >= MAX_DEPTH) throw new BuilderError(`${what} nests deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return value.map((part) => renderPart(part, what, depth + 1));
  // What is no plain object is left as it is, and found to be no JSON.
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [key, renderPart(part, what, depth + 1)]),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
