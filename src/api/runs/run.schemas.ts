import { z } from 'zod';
import { cursor, duration, failure, instant, jsonValue, pageOf, queryInteger } from '../common.schemas.js';
import { attemptView, choiceView } from '../capabilities/task.schemas.js';

/** The longest that a request waits for a run to end. */
const MAX_WAIT_MS = 60_000;

const runStatus = z.enum(['queued', 'running', 'waiting', 'succeeded', 'failed', 'canceled']);

export const runPath = z.strictObject({ id: z.string().min(1).max(200) });

export const startRunQuery = z.strictObject({
  wait: duration(MAX_WAIT_MS)
    .optional()
    .describe('Answers with the result if it is ready by then: 10s, at most 60s.'),
});

/** One step, for the documentation. */
const stepSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'Default: step-1, step-2 … by position.' },
    capability: { type: 'string', description: 'What is to be done.' },
    agent: { type: 'string', description: 'Pins the step to an agent: name or name@range.' },
    input: { description: 'Default: the output of the step before.' },
    task: { description: 'Another word for input.' },
  },
  anyOf: [{ required: ['capability'] }, { required: ['agent'] }],
  additionalProperties: false,
} as const;

export const startRunBody = z
  .strictObject({
    // Not validated here: the runner finds every problem of a definition at once, each with its path.
    definition: z.unknown().meta({
      description: 'Steps in sequence: [{ capability, input? }, …].',
      type: 'array',
      minItems: 1,
      maxItems: 1_000,
      items: stepSchema,
    }),
    input: jsonValue.optional().describe('For a first step without an input of its own.'),
  })
  .meta({ id: 'RunRequest' });

export const cancelRunBody = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });

export const runsQuery = z.strictObject({
  status: runStatus.optional(),
  limit: queryInteger(1, 200).default(50),
  cursor: cursor.optional(),
});

export const runView = z
  .object({
    runId: z.string(),
    status: runStatus,
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    outputType: z.string().optional(),
    failure: failure.optional(),
    startedAt: instant,
    finishedAt: instant.optional(),
    costUsd: z.number(),
    stepCount: z.int(),
  })
  .meta({ id: 'Run' });

export const runPage = pageOf(runView);

export const runStepView = z
  .object({
    stepId: z.string(),
    status: z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped', 'canceled']),
    capability: z.string(),
    taskId: z.string().optional(),
    agent: z.string().optional(),
    version: z.string().optional(),
    output: z.unknown().optional(),
    outputType: z.string().optional(),
    failure: failure.optional(),
    startedAt: instant.optional(),
    finishedAt: instant.optional(),
    attempts: z.array(attemptView).optional(),
    choice: choiceView.optional(),
  })
  .meta({ id: 'RunStep' });

export const runStepPage = pageOf(runStepView);
