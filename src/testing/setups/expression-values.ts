import { compileTemplate, type KnownNames, type Scope } from '../../workflows/index.js';

const EXTRA = ['item', 'n', 'list', 'text', 'data', 'at', 'nothing', 'half', 'people'];
export const NAMES: KnownNames = { steps: new Set(['done', 'left-out', 'later']), extra: new Set(EXTRA) };

export const SCOPE: Scope = {
  input: { n: 7, price: 2.5, list: [1, 2, 3] },
  steps: {
    done: { output: { a: null }, status: 'succeeded', error: null },
    'left-out': { output: null, status: 'skipped', error: { code: 'X', message: 'no' } },
  },
  run: { id: 'run-1', workflow: 'brief', startedAt: '2026-01-31T09:00:00.000Z' },
  item: 'outer',
  n: 7,
  half: 0.5,
  list: [3, 1, 2],
  text: 'Smile 😀!',
  data: { a: 1, 'odd key': 2, constructor: 3, gone: undefined },
  at: '2026-01-31T09:05:06.007Z',
  nothing: null,
  people: [{ name: 'Ann', age: 30 }, { name: 'Bo' }, { name: 'Cy', age: null }],
};

export function evaluate(expression: string): unknown {
  const { value, problems } = compileTemplate(`\${ ${expression} }`, NAMES);
  if (problems.length > 0) return problems.map(({ message }) => message).join('\n');
  return value?.evaluate(SCOPE);
}

/** Why an expression fails, without the words that name it. */
export function failureOf(expression: string): string {
  try {
    return `gave ${JSON.stringify(evaluate(expression))}`;
  } catch (error) {
    const { code, kind, retryable, details } = error as Record<string, unknown>;
    expect({ code, kind, retryable }).toEqual({
      code: 'EXPRESSION_FAILED',
      kind: 'execution',
      retryable: false,
    });
    return (details as { reason: string }).reason;
  }
}

/** What each of the keys gives. */
export function valuesOf(expected: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(expected).map((expression) => [expression, evaluate(expression)]));
}

/** Why each of the keys fails. */
export function failuresOf(expected: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(expected).map((expression) => [expression, failureOf(expression)]));
}
