import type { CompiledCondition, CompiledTemplate, Scope } from '../plan/plan.types.js';
import { ExpressionError, showExpression } from './expression.errors.js';
import type { Compiled, KnownNames, TemplateProblem } from './expression.types.js';
import type { Reference } from './evaluation/paths.js';
import { TemplateCompiler, type TemplatePart } from './template-compiler.js';
import { describeKind } from './evaluation/values.js';

/**
 * Compiles JSON whose texts may hold expressions in `${ }`; `$${` stands for `${` itself. Names of members hold none.
 *
 * @param template JSON as a user wrote it, at most 32 levels deep and 10 000 values; it is copied, never kept
 */
export function compileTemplate(template: unknown, names: KnownNames): Compiled<CompiledTemplate> {
  const compiler = new TemplateCompiler(names);
  const { constant, reference, evaluate } = compiler.compile(template);
  const { problems, stepIds, inputMembers } = compiler;
  if (problems.length > 0) return { problems, stepIds, inputMembers };
  const value = { ...(constant && { constant }), ...wholeOf(reference), evaluate };
  return { value, problems, stepIds, inputMembers };
}

function wholeOf(reference: Reference | undefined): Partial<CompiledTemplate> {
  if (reference === undefined) return {};
  const { root, segments } = reference;
  const [first, second] = segments;
  if (typeof first !== 'string') return {};
  if (root === 'steps' && second === 'output' && segments.length === 2) return { wholeOutputOf: first };
  return root === 'input' && segments.length === 1 ? { wholeInputMember: first } : {};
}

/**
 * Compiles a condition: `true`, `false`, or a text that is exactly one `${ }`, with nothing but space around it.
 * One that can never be true or false is a problem.
 */
export function compileCondition(condition: unknown, names: KnownNames): Compiled<CompiledCondition> {
  const compiler = new TemplateCompiler(names);
  const template = typeof condition === 'string' ? condition.trim() : condition;
  const part = compiler.compile(template);
  const { stepIds, inputMembers } = compiler;
  const problems = compiler.problems.length > 0 ? compiler.problems : problemsOf(template, part);
  if (problems.length > 0) return { problems, stepIds, inputMembers };
  return { value: toCondition(String(template), part), problems, stepIds, inputMembers };
}

function problemsOf(template: unknown, { constant, gives }: TemplatePart): readonly TemplateProblem[] {
  const given = constant ? describeKind(constant.value) : gives;
  if (given === undefined || typeof constant?.value === 'boolean') return [];
  const message =
    typeof template === 'string' && !template.includes('${')
      ? `"${showExpression(template)}" is a text; write a condition as \${ … }`
      : `a condition gives true or false, this one gives ${given}`;
  return [{ path: '', code: 'EXPRESSION_INVALID', message }];
}

function toCondition(text: string, { constant, evaluate }: TemplatePart): CompiledCondition {
  if (typeof constant?.value === 'boolean') {
    const { value } = constant;
    return { constant: value, test: () => value };
  }
  const test = (scope: Scope): boolean => {
    const value = evaluate(scope);
    if (typeof value === 'boolean') return value;
    throw new ExpressionError(text, `a condition gives true or false, this one gives ${describeKind(value)}`);
  };
  return { test };
}
