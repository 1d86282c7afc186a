import { CadreError, describeIssues, type SchemaIssue } from '../common/index.js';

/** A data type, capability, agent or tool is declared wrongly. */
export class InvalidDefinitionError extends CadreError {
  constructor(what: 'data type' | 'capability' | 'agent' | 'tool', name: unknown, problem: string) {
    const label = typeof name === 'string' ? `"${name.slice(0, 80)}"` : `of type ${typeof name}`;
    super({
      code: 'DEFINITION_INVALID',
      kind: 'definition',
      message: `The ${what} ${label} is not valid: ${problem}.`,
      details: { what, name: typeof name === 'string' ? name.slice(0, 80) : undefined, problem },
    });
  }
}

/** The input of a task does not fit its contract. It is the caller's fault, so no other agent is tried. */
export class InvalidInputError extends CadreError {
  constructor(subject: string, issues: readonly SchemaIssue[]) {
    super({
      code: 'INPUT_INVALID',
      kind: 'input',
      message: `The input does not fit ${subject}: ${describeIssues(issues)}.`,
      details: { subject, issues },
    });
  }
}

/** An agent or a tool returned something that its own contract does not allow. */
export class InvalidOutputError extends CadreError {
  constructor(subject: string, issues: readonly SchemaIssue[]) {
    super({
      code: 'OUTPUT_INVALID',
      kind: 'execution',
      message: `${subject} returned an output that its contract does not allow: ${describeIssues(issues)}.`,
      // The same agent would most likely return the same again; another one may serve.
      retryable: false,
      details: { subject, issues },
    });
  }
}

/** Numbers as they are, NaN too; what is no number may hold anything, so only its type is told. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}

/** A usage, confidence or source report of an agent is not usable. */
export class InvalidReportError extends CadreError {
  constructor(field: string, value: unknown, remedy: string) {
    super({
      code: 'REPORT_INVALID',
      kind: 'execution',
      message: `The agent reported ${field} = ${shown(value)}; ${remedy}.`,
      details: { field },
    });
  }
}
