import { jsonPath } from '../../common/index.js';
import type { Report } from '../definition/problem-list.js';
import { compileCondition, compileTemplate } from '../expressions/compile-template.js';
import type { Compiled, KnownNames } from '../expressions/expression.types.js';
import type { Structure } from './compile-structure.js';
import type { CompiledCondition, CompiledTemplate } from './plan.types.js';

/** Stands for an expression with problems: nothing is known of it. */
export const BROKEN: CompiledTemplate & CompiledCondition = { evaluate: () => undefined, test: () => false };

/** What the expressions of a workflow can see, whichever of its steps they are in. */
export interface Surroundings {
  readonly structure: Structure;
  readonly stepIds: ReadonlySet<string>;
  /** Absent where the input may have any members. */
  readonly inputMembers?: ReadonlySet<string>;
}

/** Names that only some expressions see: `item`, `error`. */
export type ExtraNames = readonly string[];

/** Compiles the expressions of one step, or of the workflow as a whole, and reports what is wrong with them. */
export class Templates {
  /** @param index of the step, which sees only those that are certain to have ended before it; without one, all have ended */
  constructor(
    private readonly surroundings: Surroundings,
    private readonly report: Report,
    private readonly index?: number,
  ) {}

  template(template: unknown, place: string, extra: ExtraNames = []): CompiledTemplate {
    if (!hasExpression(template)) return { constant: { value: template }, evaluate: () => template };
    return this.#settle(compileTemplate(template, this.#names(extra)), template, place) ?? BROKEN;
  }

  condition(condition: unknown, place: string, extra: ExtraNames = []): CompiledCondition {
    return this.#settle(compileCondition(condition, this.#names(extra)), condition, place) ?? BROKEN;
  }

  /** Tells whether a template has no problems where it can use these names; nothing is reported. */
  fits(template: unknown, extra: ExtraNames): boolean {
    return compileTemplate(template, this.#names(extra)).problems.length === 0;
  }

  #names(extra: ExtraNames): KnownNames {
    const { stepIds, inputMembers } = this.surroundings;
    return { steps: stepIds, input: inputMembers, extra: new Set(extra) };
  }

  #settle<T>({ value, problems, stepIds }: Compiled<T>, template: unknown, place: string): T | undefined {
    for (const { code, path, message } of problems) this.report(code, place + path, message);
    const early = [...stepIds].filter((id) => !this.#isBefore(id));
    for (const id of early) this.#reportEarly(id, place + placeOf(template, id));
    return early.length === 0 ? value : undefined;
  }

  #isBefore(id: string): boolean {
    const { ids, ancestors } = this.surroundings.structure;
    const position = ids.get(id);
    if (this.index === undefined || ancestors === undefined || position === undefined) return true;
    return ancestors.has(this.index, position);
  }

  #reportEarly(id: string, place: string): void {
    const isItself = this.surroundings.structure.ids.get(id) === this.index;
    const message = isItself
      ? `refers to "${id}", which is this step itself`
      : `refers to "${id}", which is not certain to have ended before this step; let the step follow it (after)`;
    this.report('STEP_NOT_BEFORE', place, message);
  }
}

/** Tells whether there is a `${` in any text of a value; a definition nests so little that recursion is safe. */
function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasExpression);
}

/** Where in a template a name first stands, as a place for a message. */
function placeOf(template: unknown, name: string): string {
  const path = findName(template, name) ?? [];
  return jsonPath(path).slice(1);
}

function findName(value: unknown, name: string): PropertyKey[] | undefined {
  if (typeof value === 'string') return value.includes(name) && value.includes('${') ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const path = findName(part, name);
    if (path !== undefined) return [Array.isArray(value) ? Number(key) : key, ...path];
  }
  return undefined;
}
