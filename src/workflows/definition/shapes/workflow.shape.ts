import { OPEN_TYPE } from '../../../agents/index.js';
import type { InputMember, WorkflowDefinition } from '../../../orchestration/index.js';
import { DEFINITION_LIMITS } from '../definition-limits.js';
import * as names from './names.shape.js';
import {
  anything,
  duration,
  fieldsOf,
  flag,
  objectOf,
  objectSchema,
  oneOf,
  recordOf,
  shortOrFull,
  text,
  whole,
  type Fields,
  type JsonSchema,
  type Shape,
} from './shapes.js';
import { stepSchema } from './step.shape.js';

/** All of a workflow but its steps. */
export type WorkflowHead = Omit<WorkflowDefinition, 'steps'>;

const writtenMember = shortOrFull<string, Exclude<InputMember, string>>(
  names.reference,
  objectOf(
    'a member of the input',
    fieldsOf({
      type: {
        shape: names.reference,
        isRequired: true,
        description: 'The name of a data type, or json for any.',
      },
      optional: { shape: flag, description: 'Need not be given.', default: false },
      default: { shape: anything, description: 'Taken where the member is not given.' },
    }),
  ),
);

/** A member that is wrong stays one of any type, so that what refers to it is not wrong as well. */
const inputMember: Shape<InputMember> = {
  schema: writtenMember.schema,
  read: (value, report) => writtenMember.read(value, report) ?? OPEN_TYPE.name,
};

export const HEAD_FIELDS: Fields = fieldsOf({
  $schema: { shape: text(2_000), description: 'For editors: where this schema is.' },
  name: { shape: names.name, isRequired: true, description: 'A snake_case or kebab-case word.' },
  version: { shape: names.version, description: 'A semantic version.', default: '1.0.0' },
  description: { shape: text(2_000), description: 'For people.' },
  input: {
    shape: recordOf(names.memberName, inputMember),
    description:
      'The members of the input by the names of their data types; without it, the input is any JSON.',
  },
  output: { shape: anything, description: 'JSON with expressions; default: the output of the last step.' },
  timeout: { shape: duration(1), description: 'For the whole run, its waits included; default: no limit.' },
  priority: { shape: whole(-100, 100), description: 'Runs of a higher one are taken up first.', default: 0 },
  durability: {
    shape: oneOf('durable', 'memory'),
    description: 'Whether a run outlives its process; default: durable where there is a database.',
  },
});

const stepsSchema: JsonSchema = {
  type: 'array',
  items: { $ref: '#/$defs/step' },
  minItems: 1,
  maxItems: DEFINITION_LIMITS.maxSteps,
};

/** A workflow with a name. The parser reads its steps one by one, so that one that is wrong hides no other. */
export const WORKFLOW_FIELDS: Fields = new Map([
  ...HEAD_FIELDS,
  [
    'steps',
    {
      shape: { ...anything, schema: stepsSchema },
      isRequired: true,
      description: 'Done in this order, unless they say otherwise.',
    },
  ],
]);

/**
 * The JSON Schema (draft 2020-12) of workflows as JSON or YAML, for editors. What it cannot say is checked when a workflow is
 * stored or started: names, references, data types.
 * @publicApi
 */
export const workflowJsonSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Cadre workflow',
  description: 'A workflow, or in short only the list of its steps.',
  anyOf: [{ ...objectSchema(WORKFLOW_FIELDS), required: ['name', 'steps'] }, stepsSchema],
  $defs: { step: stepSchema },
};
