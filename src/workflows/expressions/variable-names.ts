import { parseExpression } from './parse-expression.js';

/** What every expression sees; nothing else may be called so: an expression must be able to tell what it depends on. */
export const ROOTS: ReadonlySet<string> = new Set(['input', 'steps', 'run']);

/** Whether expressions can call something by this name, the item of a `forEach` for one: a word of at most 80 characters that means nothing else. */
export function isVariableName(name: string): boolean {
  if (ROOTS.has(name) || !/^[A-Za-z_]\w{0,79}$/.test(name)) return false;
  const parsed = parseExpression(name);
  return 'root' in parsed && parsed.root.op === 'id';
}
