import { z } from 'zod';
import { workflowJsonSchema } from '../../workflows/index.js';

type JsonSchema = Readonly<Record<string, unknown>>;

const STEP = '#/$defs/step';
const {
  $schema: _,
  $defs,
  ...workflow
} = workflowJsonSchema as JsonSchema & {
  readonly $defs: { readonly step: JsonSchema };
};

/** Puts the schema of a step where it is referred to: in an OpenAPI document such references lead elsewhere. */
function inline(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inline);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && value.$ref === STEP) return $defs.step;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inline(part)]));
}

/**
 * A workflow as it is written. What it must be is told here but not validated: the language finds every problem of a definition at
 * once, each with its path.
 */
export const definitionSchema = z
  .unknown()
  .meta({ id: 'WorkflowDefinition', ...(inline(workflow) as JsonSchema) });
