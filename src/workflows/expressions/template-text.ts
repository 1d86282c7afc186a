import { messageOf } from '../../common/index.js';
import type { Scope } from '../plan/plan.types.js';
import { textTooLong, Trouble } from './evaluation/evaluation.js';
import { EXPRESSION_LIMITS } from './expression-limits.js';
import { ExpressionError, showExpression } from './expression.errors.js';
import type { TemplateProblem } from './expression.types.js';
import { QUOTED } from './parse-expression.js';
import { toText } from './evaluation/result.js';

const { maxLength } = EXPRESSION_LIMITS;

const TOKENS = new RegExp(`${QUOTED}|[{}]`, 'g');

/** A text with expressions in it, in parts. */
export type TextPart = { readonly text: string } | { readonly expression: string };

/** The parts of a text, or why it has none. */
export type ScannedText =
  { readonly parts: readonly TextPart[] } | { readonly problem: Omit<TemplateProblem, 'path'> };

/**
 * Takes a text apart: `${ … }` is an expression, which may hold braces, and texts with braces; `$${` stands for `${` itself.
 */
export function scanText(template: string): ScannedText {
  const parts: TextPart[] = [];
  let text = '';
  let position = 0;
  for (;;) {
    const start = template.indexOf('${', position);
    if (start < 0) break;
    const isLiteral = start > position && template[start - 1] === '$';
    text += template.slice(position, isLiteral ? start - 1 : start);
    if (isLiteral) {
      text += '${';
      position = start + 2;
      continue;
    }
    const end = findEnd(template, start + 2);
    if (end < 0) return { problem: unclosed(template, start) };
    if (text !== '') parts.push({ text });
    parts.push({ expression: template.slice(start + 2, end) });
    text = '';
    position = end + 1;
  }
  text += template.slice(position);
  if (text !== '') parts.push({ text });
  return { parts };
}

function unclosed(template: string, start: number): Omit<TemplateProblem, 'path'> {
  const shown = showExpression(template.slice(start));
  if (template.length - start - 2 > maxLength) {
    const message = `the expression "${shown}" has more than ${maxLength} characters; split it, or let an agent do this`;
    return { code: 'EXPRESSION_TOO_LARGE', message };
  }
  const message = `"\${" is not closed in "${shown}"; for the characters themselves write "$\${"`;
  return { code: 'EXPRESSION_INVALID', message };
}

/** The position of the brace that closes an expression; -1 when there is none near enough. */
function findEnd(template: string, start: number): number {
  // No further than an expression may be long: a hostile text makes the search for its quotes quadratic.
  const window = template.slice(start, start + maxLength + 1);
  let open = 1;
  for (const { 0: token, index } of window.matchAll(TOKENS)) {
    if (token === '{') open += 1;
    else if (token === '}') open -= 1;
    if (open === 0) return start + index;
  }
  return -1;
}

/**
 * Writes values into a text: texts as they are, null as nothing, lists and objects as JSON.
 * @throws EXPRESSION_FAILED when it gets too long
 */
export function writeText(
  template: string,
  parts: readonly { readonly evaluate: (scope: Scope) => unknown }[],
  scope: Scope,
): string {
  let text = '';
  for (const part of parts) {
    const value = part.evaluate(scope);
    try {
      text += toText(value);
      if (text.length > EXPRESSION_LIMITS.maxTextLength) throw textTooLong();
    } catch (error) {
      throw new ExpressionError(template, error instanceof Trouble ? error.reason : messageOf(error));
    }
  }
  return text;
}
