import { findNonJson, jsonPath } from '../../common/index.js';
import { BuilderError } from './builder.errors.js';

/**
 * A JSON value as CEL has it: lists, maps, texts, numbers, booleans and null are written in both alike.
 * @throws BUILDER_MISUSED for what is no JSON
 */
export function literalOf(value: unknown): string {
  const found = findNonJson(value);
  if (found) {
    const place = found.path.length === 0 ? '' : ` at ${jsonPath(found.path)}`;
    throw new BuilderError(`an expression cannot hold this value${place}: ${found.reason}`);
  }
  return escapeBraces(JSON.stringify(value));
}

/** `${` within a literal would look like an expression within an expression. */
function escapeBraces(json: string): string {
  return json.replaceAll('${', () => '$\\u007b');
}
