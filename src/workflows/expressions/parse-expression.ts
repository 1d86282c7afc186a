import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { EXPRESSION_LIMITS } from './expression-limits.js';
import { showExpression } from './expression.errors.js';
import type { TemplateProblem } from './expression.types.js';

/**
 * Only its parser is used. Its evaluator keeps int and double apart, so that `input.n + 1` and `[1] == input.list` fail, and
 * bounds neither work nor size; what a parsed expression means is written in this folder.
 */
const cel = new Environment({
  limits: { maxAstNodes: EXPRESSION_LIMITS.maxNodes, maxDepth: EXPRESSION_LIMITS.maxDepth },
});

/** A node of a parsed expression; what `args` holds depends on `op`. */
export type Node = Pick<ASTNode, 'op' | 'start' | 'end'> & { readonly args: unknown };

/** A parsed expression, or why it is none. */
export type Parsed =
  { readonly root: Node; readonly source: string } | { readonly problem: Omit<TemplateProblem, 'path'> };

/** @param expression what stands within `${ }`; of bounded length, as `scanText` finds it */
export function parseExpression(expression: string): Parsed {
  const { source, toOriginal } = bracketStepIds(expression);
  try {
    return { root: cel.parse(source).ast, source };
  } catch (error) {
    // The parser throws nothing else, and always says where.
    const { code, summary, range } = error as ParseError;
    if (code === 'limit_exceeded') {
      const message = `"${showExpression(expression)}" is too large or nests too deep (${summary}); split it, or let an agent do this`;
      return { problem: { code: 'EXPRESSION_TOO_LARGE', message } };
    }
    const position = toOriginal(range!.start) + 1;
    const message = `"${showExpression(expression)}" is no expression: ${summary}, at character ${position}`;
    return { problem: { code: 'EXPRESSION_INVALID', message } };
  }
}

/** Texts and comments, in which nothing is code; the long ones first. A backslash skips a character in raw texts too. */
export const QUOTED = String.raw`"""(?:\\[^]|(?!""")[^\\])*"""|'''(?:\\[^]|(?!''')[^\\])*'''|"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*'|//[^\n]*`;

const STEP_WITH_DASHES = new RegExp(
  `${QUOTED}|(?<![\\w.]|\\.\\s)steps\\s*(\\.\\s*([A-Za-z_]\\w*(?:-\\w+)+))`,
  'g',
);

/**
 * Writes `steps.my-step` as `steps["my-step"]`: ids of steps may have dashes, which CEL reads as minus. Nothing is lost: a
 * step is no number, so nothing can be subtracted from one.
 */
function bracketStepIds(expression: string): { source: string; toOriginal: (position: number) => number } {
  const shifts: { end: number; by: number }[] = [];
  let shift = 0;
  const source = expression.replace(STEP_WITH_DASHES, (...match) => {
    const [whole, member, id, offset] = match as unknown as [string, string?, string?, number?];
    if (member === undefined || id === undefined || offset === undefined) return whole;
    const bracketed = `["${id}"]`;
    shift += bracketed.length - member.length;
    shifts.push({ end: offset + whole.length + shift, by: shift });
    return whole.slice(0, -member.length) + bracketed;
  });
  const toOriginal = (position: number): number =>
    position - (shifts.findLast(({ end }) => end <= position)?.by ?? 0);
  return { source, toOriginal };
}
