import { z } from 'zod';
import {
  cursor,
  duration,
  failure,
  instant,
  jsonValue,
  name,
  pageOf,
  queryInstant,
  queryInteger,
} from '../common.schemas.js';
import { attemptView, choiceView } from '../capabilities/task.schemas.js';
import { definitionSchema } from '../workflows/definition.schema.js';

/** The longest that a request waits for a run to end. */
export const MAX_WAIT_MS = 60_000;

const runStatus = z.enum(['queued', 'running', 'waiting', 'succeeded', 'failed', 'canceled']);
const durability = z.enum(['durable', 'memory']);

/** The place of a step in a run; those of nested workflows stand one behind another. */
const stepKey = z.string().min(1).max(1_000);

export const runPath = z.strictObject({ id: z.string().min(1).max(200) });
export const signalPath = runPath.extend({ name });
export const approvalPath = runPath.extend({
  stepId: stepKey.describe('The key of the step: approve, or brief/approve in a nested workflow.'),
});

export const startRunQuery = z.strictObject({
  wait: duration(MAX_WAIT_MS)
    .optional()
    .describe('Answers with the result if it is ready by then: 10s, at most 60s.'),
});

/** 1 to 200 visible characters. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters, without blanks');

/** A text for a definition would be taken for the name of a workflow. */
function findSourceProblem(workflow: unknown, definition: unknown) {
  if (workflow === undefined && definition === undefined) {
    return { message: 'workflow or definition is required', path: [] };
  }
  if (workflow !== undefined && definition !== undefined) {
    return { message: 'workflow and definition exclude each other', path: [] };
  }
  if (workflow !== undefined || (typeof definition === 'object' && definition !== null)) return undefined;
  return {
    message: 'must be a list of steps, or an object with a name and steps',
    path: ['definition'],
  };
}

export const startRunBody = z
  .strictObject({
    workflow: name.optional().describe('One that is stored or declared: name or name@range.'),
    definition: definitionSchema.optional(),
    input: jsonValue.optional(),
    priority: z
      .int()
      .min(-100)
      .max(100)
      .optional()
      .describe('Runs of a higher one are taken up first; default: the workflow’s own.'),
    durability: durability
      .optional()
      .describe('Whether it outlives the process; default: the workflow’s own.'),
    tenant: name
      .optional()
      .describe('On whose behalf; X-Cadre-Tenant says the same, and the two must not differ.'),
  })
  .superRefine(({ workflow, definition }, context) => {
    const problem = findSourceProblem(workflow, definition);
    if (problem !== undefined) context.addIssue({ code: 'custom', ...problem });
  })
  .meta({ id: 'RunRequest', oneOf: [{ required: ['workflow'] }, { required: ['definition'] }] });

export const cancelRunBody = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });
export const retryRunBody = z.strictObject({});
export const signalBody = z.strictObject({
  payload: jsonValue.optional().describe('What comes with it; default null.'),
});
export const approvalBody = z.strictObject({
  approved: z.boolean(),
  comment: z.string().trim().min(1).max(2_000).optional(),
});

export const runsQuery = z.strictObject({
  status: runStatus.optional(),
  workflow: name.optional().describe('Runs of the workflow of this name.'),
  createdFrom: queryInstant.optional().describe('Created at this instant or later.'),
  createdTo: queryInstant.optional().describe('Created earlier than this instant.'),
  limit: queryInteger(1, 200).default(50),
  cursor: cursor.optional(),
});

export const runStepsQuery = z.strictObject({
  limit: queryInteger(1, 1_000).default(200),
  cursor: stepKey.optional(),
});

/** As {@link RunEvent} has them. */
export const eventId = z
  .string()
  .regex(/^\d{1,9}\.\d{1,9}\.\d$/, 'must be the id of an event of this run, such as 1.12.0');

export const eventsQuery = z.strictObject({
  lastEventId: eventId.optional().describe('Where to go on; the header Last-Event-ID goes before it.'),
});

const waitView = z.object({
  key: z.string(),
  stepId: z.string(),
  kind: z.enum(['sleep', 'signal', 'approval', 'agent', 'task']),
  subject: z
    .string()
    .optional()
    .describe('The signal, the capability that nobody serves, or what is asked of a person.'),
  openedAt: instant,
  dueAt: instant.optional().describe('When the wait ends by itself.'),
});

export const runView = z
  .object({
    runId: z.string(),
    workflow: z.string().describe('list for a bare list.'),
    version: z.string(),
    status: runStatus,
    durability,
    priority: z.int(),
    tenant: z.string().optional(),
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    outputType: z.string().optional(),
    failure: failure.optional(),
    createdAt: instant,
    startedAt: instant.optional(),
    finishedAt: instant.optional(),
    deadlineAt: instant.optional().describe('When it is given up.'),
    costUsd: z.number(),
    stepCount: z.int(),
    waits: z.array(waitView).describe('What it waits for while its status is waiting.'),
  })
  .meta({ id: 'Run' });

export const runPage = pageOf(runView);

export const runStepView = z
  .object({
    key: z.string().describe('The place in the run: write, each[3], poll#2, brief/research.'),
    stepId: z.string(),
    item: z.int().optional().describe('The position in the list, for a step done once for each item.'),
    iteration: z.int().optional().describe('The round, from 1, for a step that repeats.'),
    kind: z.enum(['task', 'workflow', 'sleep', 'approval', 'signal']),
    status: z.enum(['pending', 'running', 'waiting', 'succeeded', 'failed', 'skipped', 'canceled']),
    capability: z.string().optional(),
    taskId: z.string().optional(),
    agent: z.string().optional(),
    version: z.string().optional(),
    output: z.unknown().optional(),
    outputType: z.string().optional(),
    failure: failure.optional(),
    startedAt: instant.optional(),
    finishedAt: instant.optional(),
    costUsd: z.number().optional(),
    attempts: z.array(attemptView).optional(),
    choice: choiceView.optional(),
  })
  .meta({ id: 'RunStep' });

export const runStepPage = pageOf(runStepView);

export type StartRunBody = z.output<typeof startRunBody>;
export type RunsQuery = z.output<typeof runsQuery>;
export type RunStepsQuery = z.output<typeof runStepsQuery>;
export type SignalPath = z.output<typeof signalPath>;
export type ApprovalPath = z.output<typeof approvalPath>;
export type ApprovalBody = z.output<typeof approvalBody>;
