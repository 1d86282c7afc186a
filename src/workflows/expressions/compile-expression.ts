import { deepFreeze, messageOf } from '../../common/index.js';
import type { Scope } from '../plan/plan.types.js';
import { type Evaluate, Evaluation, Trouble } from './evaluation/evaluation.js';
import { ExpressionCompiler } from './expression-compiler.js';
import { EXPRESSION_LIMITS } from './expression-limits.js';
import { ExpressionError, showExpression } from './expression.errors.js';
import type { KnownNames, TemplateProblem } from './expression.types.js';
import { FUNCTIONS } from './evaluation/functions.js';
import { LOOPS } from './evaluation/loops.js';
import { METHODS } from './evaluation/methods.js';
import { type Node, parseExpression } from './parse-expression.js';
import { readReference, type Reference } from './evaluation/paths.js';
import { toResult } from './evaluation/result.js';

type Problem = Omit<TemplateProblem, 'path'>;

/** For what refers to nothing. */
export const EMPTY_SCOPE: Scope = { input: null, steps: {}, run: { id: '', workflow: '', startedAt: '' } };

/** What stands within one `${ }`, compiled. */
export interface CompiledExpression {
  readonly problems: readonly Problem[];
  readonly stepIds: ReadonlySet<string>;
  readonly inputMembers: ReadonlySet<string>;
  /** What it is a plain reference to: `steps.research.output`. */
  readonly reference?: Reference;
  /** Its value where it refers to nothing. Frozen: all runs share it. */
  readonly constant?: { readonly value: unknown };
  /** What it gives where that is never `true` or `false`, for a message: `a number`. */
  readonly gives?: string;
  /** @throws EXPRESSION_FAILED. Not to be called when there are problems. */
  readonly evaluate: (scope: Scope) => unknown;
}

/** Compiles what stands within one `${ }`. */
export function compileExpression(text: string, names: KnownNames): CompiledExpression {
  const parsed = parseExpression(text);
  if ('problem' in parsed) return unusable([parsed.problem]);
  const compiler = new ExpressionCompiler(parsed.source, names);
  const run = compiler.compile(parsed.root);
  const { stepIds, inputMembers, hasReferences } = compiler.references;
  if (compiler.problems.length > 0) {
    return { ...unusable(compiler.problems.map((problem) => within(text, problem))), stepIds, inputMembers };
  }
  if (!hasReferences) return compileConstant(text, run, kindOf(parsed.root));
  const reference = compiler.referenceOf(parsed.root);
  const evaluate = reference ? evaluateReference(text, reference) : evaluateWith(text, run);
  return { problems: [], stepIds, inputMembers, reference, gives: kindOf(parsed.root), evaluate };
}

function unusable(problems: readonly Problem[]): CompiledExpression {
  return { problems, stepIds: new Set(), inputMembers: new Set(), evaluate: giving(null) };
}

function giving(value: unknown): () => unknown {
  return () => value;
}

function within(text: string, { code, message }: Problem): Problem {
  return { code, message: `in "${showExpression(text)}": ${message}` };
}

function evaluateReference(text: string, reference: Reference): CompiledExpression['evaluate'] {
  return (scope) => {
    try {
      return readReference(reference, scope);
    } catch (error) {
      throw explain(text, error);
    }
  };
}

function evaluateWith(text: string, run: Evaluate): CompiledExpression['evaluate'] {
  return (scope) => {
    const evaluation = new Evaluation(scope);
    try {
      return toResult(run(evaluation), evaluation);
    } catch (error) {
      throw explain(text, error);
    }
  };
}

/** What is thrown besides troubles comes from data that is no JSON: values within themselves, members that throw when read. */
function explain(text: string, error: unknown): ExpressionError {
  return new ExpressionError(text, error instanceof Trouble ? error.reason : messageOf(error));
}

/** Refers to nothing, so it is evaluated here and now, unless that takes long: what is wrong with it is found before the run. */
function compileConstant(text: string, run: Evaluate, gives: string | undefined): CompiledExpression {
  const known = { stepIds: new Set<string>(), inputMembers: new Set<string>() };
  const evaluation = new Evaluation(EMPTY_SCOPE, EXPRESSION_LIMITS.maxConstantWork);
  try {
    const value = deepFreeze(toResult(run(evaluation), evaluation));
    return { problems: [], ...known, constant: { value }, evaluate: giving(value) };
  } catch (error) {
    if (evaluation.isSpent) return { problems: [], ...known, gives, evaluate: evaluateWith(text, run) };
    return unusable([{ code: 'EXPRESSION_INVALID', message: messageOf(explain(text, error)) }]);
  }
}

/** What operators give that never give `true` or `false`. */
const GIVEN_BY_OPERATOR: Readonly<Record<string, string>> = {
  list: 'a list',
  map: 'an object',
  '-_': 'a number',
  '*': 'a number',
  '/': 'a number',
  '%': 'a number',
  '+': 'a sum',
  '-': 'a difference',
};

/** What a node gives where its form says that it is neither true nor false. */
function kindOf({ op, args }: Node): string | undefined {
  if (op !== 'call' && op !== 'rcall') return GIVEN_BY_OPERATOR[op];
  const [name] = args as [string];
  const known = op === 'call' ? FUNCTIONS.get(name) : (LOOPS.get(name) ?? METHODS.get(name));
  return known?.gives;
}
