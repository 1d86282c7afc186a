import { parseDocument, type DefinitionProblem } from '../../workflows/index.js';
import { YamlText } from '../http/yaml-body.js';

/** A definition as it came, JSON or YAML, or why it cannot be read. */
export type WrittenWorkflow =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

/** Reads the body of a request that is a definition. */
export function readWritten(body: unknown): WrittenWorkflow {
  return body instanceof YamlText ? parseDocument(body.text, 'yaml') : { ok: true, value: body };
}

/** What is wrong with the name of a definition that is to be stored under a name. */
export function findNameProblem(definition: unknown, name: string): DefinitionProblem | undefined {
  if (Array.isArray(definition)) {
    return {
      path: '$',
      code: 'NAME_DIFFERS',
      message: `is a list of steps, which has no name; write { "name": "${name}", "steps": … }`,
    };
  }
  const written = (definition as { readonly name?: unknown } | null)?.name;
  if (typeof written !== 'string' || written === name) return undefined;
  return {
    path: '$.name',
    code: 'NAME_DIFFERS',
    message: `is "${written.slice(0, 80)}", but the workflow is to be stored as "${name}"`,
  };
}
