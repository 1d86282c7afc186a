import { z } from 'zod';
import { cursor, instant, name, pageOf, queryBoolean, queryInteger } from '../common.schemas.js';
import { definitionSchema } from './definition.schema.js';

const range = z.string().min(1).max(100);
const exactVersion = z
  .string()
  .max(100)
  .regex(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/, 'must be one version, such as 1.0.0');
const source = z
  .enum(['declared', 'stored'])
  .describe('declared in the code of the application, or stored over REST or from code.');

export const workflowPath = z.strictObject({ name });
export const workflowsQuery = z.strictObject({
  limit: queryInteger(1, 500).default(50),
  cursor: cursor.optional(),
});
export const rangeQuery = z.strictObject({
  version: range.optional().describe('A version or a range; default: the highest that is no pre-release.'),
});
export const removeQuery = z.strictObject({
  version: exactVersion.optional().describe('Only this one; default: all that are stored.'),
  force: queryBoolean.default(false).describe('Also while others need it.'),
});

const versionView = z.object({ version: z.string(), source, createdAt: instant.optional() });

export const workflowSummary = z
  .object({
    name: z.string(),
    version: z.string().describe('The current one: the highest that is no pre-release.'),
    description: z.string().optional(),
    versions: z.array(versionView).describe('The highest first.'),
  })
  .meta({ id: 'WorkflowSummary' });

export const workflowPage = pageOf(workflowSummary);

const problemView = z.object({
  path: z.string().describe('Where, as a JSON path: $.steps[1].capability.'),
  code: z.string(),
  message: z.string(),
});

export const workflowView = z
  .object({
    name: z.string(),
    version: z.string(),
    source,
    createdAt: instant.optional(),
    definition: definitionSchema,
    versions: z.array(versionView).describe('The highest first.'),
  })
  .meta({ id: 'Workflow' });

export const storedWorkflowView = workflowView
  .extend({ warnings: z.array(problemView).describe('What may be better.') })
  .meta({ id: 'StoredWorkflow' });

export const validationView = z
  .object({
    valid: z.boolean(),
    problems: z.array(problemView).describe('Everything that is wrong.'),
    warnings: z.array(problemView).describe('What may be better.'),
  })
  .meta({ id: 'WorkflowValidation' });

export type WorkflowsQuery = z.output<typeof workflowsQuery>;
