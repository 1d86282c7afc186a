import { CadreError } from '../../common/index.js';

/** Characters of an expression that an error repeats. */
const MAX_SHOWN_LENGTH = 200;

/** An expression cannot be evaluated with the data of this run. A second try would fail again. */
export class ExpressionError extends CadreError {
  /** @param expression its text, without `${ }` @param reason what is missing, or what types do not allow */
  constructor(expression: string, reason: string) {
    const shown = showExpression(expression);
    super({
      code: 'EXPRESSION_FAILED',
      kind: 'execution',
      message: `The expression "${shown}" failed: ${reason}${/[.?]$/.test(reason) ? '' : '.'}`,
      details: { expression: shown, reason },
      retryable: false,
    });
  }
}

/** An expression as a message repeats it: without space around it, cut. */
export function showExpression(expression: string): string {
  const text = expression.trim();
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}
