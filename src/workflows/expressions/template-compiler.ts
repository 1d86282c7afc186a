import { deepFreeze, findNonJson, jsonPath, messageOf } from '../../common/index.js';
import type { Scope } from '../plan/plan.types.js';
import { compileExpression, EMPTY_SCOPE } from './compile-expression.js';
import { EXPRESSION_LIMITS } from './expression-limits.js';
import type { KnownNames, TemplateProblem } from './expression.types.js';
import { setMember } from './evaluation/values.js';
import type { Reference } from './evaluation/paths.js';
import { scanText, type TextPart, writeText } from './template-text.js';

/** A value of a template, compiled. */
export interface TemplatePart {
  /** Its value where it refers to nothing. Frozen: all runs share it. */
  readonly constant?: { readonly value: unknown };
  /** What it is a plain reference to, and nothing else. */
  readonly reference?: Reference;
  /** What it gives where that is never `true` or `false`, for a message: `a list`. */
  readonly gives?: string;
  readonly evaluate: (scope: Scope) => unknown;
}

type Path = readonly PropertyKey[];

/** Compiles one template: gathers what is wrong with all of its values, and what they refer to. */
export class TemplateCompiler {
  readonly problems: TemplateProblem[] = [];
  readonly stepIds = new Set<string>();
  readonly inputMembers = new Set<string>();
  readonly #names: KnownNames;
  #valuesLeft: number = EXPRESSION_LIMITS.maxTemplateValues;

  constructor(names: KnownNames) {
    this.#names = names;
  }

  compile(template: unknown): TemplatePart {
    const found = findNonJson(template);
    return found ? this.#report(found.path, found.reason) : this.#compileValue(template, []);
  }

  #report(path: Path, message: string, code = 'EXPRESSION_INVALID'): TemplatePart {
    this.problems.push({ path: jsonPath(path).slice(1), code, message });
    return NOTHING;
  }

  #compileValue(template: unknown, path: Path): TemplatePart {
    if (!this.#takeValue(path)) return NOTHING;
    if (typeof template === 'string') return this.#compileText(template, path);
    if (typeof template !== 'object' || template === null) return constant(template);
    if (path.length >= EXPRESSION_LIMITS.maxTemplateDepth) {
      const message = `nests deeper than ${EXPRESSION_LIMITS.maxTemplateDepth} levels`;
      return this.#report(path, message, 'EXPRESSION_TOO_LARGE');
    }
    return Array.isArray(template) ? this.#compileList(template, path) : this.#compileObject(template, path);
  }

  /** False for a value too many, reported once; and when there is more wrong than anybody reads. */
  #takeValue(path: Path): boolean {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft === -1) {
      const message = `the template has more than ${EXPRESSION_LIMITS.maxTemplateValues} values; give them with the input of the workflow`;
      this.#report(path, message, 'EXPRESSION_TOO_LARGE');
    }
    return this.#valuesLeft >= 0 && this.problems.length < EXPRESSION_LIMITS.maxProblems;
  }

  #compileList(template: readonly unknown[], path: Path): TemplatePart {
    const parts = template.map((item, index) => this.#compileValue(item, [...path, index]));
    return fold('a list', parts, (scope) => parts.map((part) => part.evaluate(scope)));
  }

  #compileObject(template: object, path: Path): TemplatePart {
    const members = Object.entries(template)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, this.#compileValue(value, [...path, name])] as const);
    const parts = members.map(([, part]) => part);
    return fold('an object', parts, (scope) => {
      const object: Record<string, unknown> = {};
      for (const [name, part] of members) setMember(object, name, part.evaluate(scope));
      return object;
    });
  }

  #compileText(template: string, path: Path): TemplatePart {
    if (!template.includes('${')) return constant(template);
    const scanned = scanText(template);
    if ('problem' in scanned) return this.#report(path, scanned.problem.message, scanned.problem.code);
    const parts = scanned.parts.map((part) => this.#compileTextPart(part, path));
    const [only] = scanned.parts;
    if (parts.length === 1 && only && 'expression' in only) return parts[0]!;
    try {
      return fold('a text', parts, (scope) => writeText(template, parts, scope));
    } catch (error) {
      return this.#report(path, messageOf(error));
    }
  }

  #compileTextPart(part: TextPart, path: Path): TemplatePart {
    if ('text' in part) return constant(part.text);
    if (!this.#takeValue(path)) return NOTHING;
    const { problems, stepIds, inputMembers, ...compiled } = compileExpression(part.expression, this.#names);
    for (const { code, message } of problems) this.#report(path, message, code);
    for (const id of stepIds) this.stepIds.add(id);
    for (const member of inputMembers) this.inputMembers.add(member);
    return compiled;
  }
}

/** What stands for a part with problems; they keep the whole from ever being evaluated. */
const NOTHING: TemplatePart = constant(null);

function constant(value: unknown): TemplatePart {
  return { constant: { value: deepFreeze(value) }, evaluate: () => value };
}

/** A value that is made of others: a constant when they all are. */
function fold(
  gives: string,
  parts: readonly TemplatePart[],
  evaluate: TemplatePart['evaluate'],
): TemplatePart {
  return parts.every((part) => part.constant) ? constant(evaluate(EMPTY_SCOPE)) : { gives, evaluate };
}
