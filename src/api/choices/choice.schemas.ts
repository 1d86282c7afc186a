import { z } from 'zod';
import { cursor, instant, name, pageOf, queryInstant, queryInteger } from '../common.schemas.js';

export const choicePath = z.strictObject({
  id: z.string().min(1).max(200).describe('The id of the task, a dot, and the number of the attempt.'),
});

export const taskPath = z.strictObject({ taskId: z.string().min(1).max(200) });

export const choicesQuery = z.strictObject({
  capability: name.optional(),
  agent: name.optional().describe('The agent that was chosen.'),
  strategy: name.optional(),
  workflow: name.optional(),
  tenant: name.optional(),
  from: queryInstant.optional(),
  to: queryInstant.optional().describe('Earlier than this.'),
  limit: queryInteger(1, 200).default(50),
  cursor: cursor.optional(),
});

export const whyNotQuery = z.strictObject({ agent: name.describe('name or name@version.') });

const chosen = z.object({ agent: z.string(), version: z.string() });
const scored = { score: z.number().optional(), propensity: z.number().optional() };

export const recordedChoiceView = z
  .object({
    id: z.string(),
    taskId: z.string(),
    attempt: z.int(),
    at: instant,
    runId: z.string().optional(),
    workflow: z.string().optional(),
    tenant: z.string().optional(),
    capability: z.string(),
    inputType: z.string(),
    inputBytes: z.number(),
    priority: z.enum(['normal', 'urgent']),
    criticality: z.enum(['normal', 'critical']),
    kind: z
      .enum(['chosen', 'defaulted', 'retried'])
      .describe('chosen by the strategy; defaulted to the first, as it misbehaved; retried with the same.'),
    strategy: z.string(),
    chosen,
    reason: z.string(),
    propensity: z.number().describe('How likely this one was, given the candidates.'),
    seed: z.number().optional().describe('What chance was drawn from.'),
    candidates: z.array(
      chosen.extend({
        inFlight: z.int(),
        maxConcurrentTasks: z.int(),
        ...scored,
        evidence: z.record(z.string(), z.number().nullable()).describe('What the strategy went by.'),
      }),
    ),
    excluded: z.array(chosen.extend({ code: z.string(), reason: z.string() })),
    outcome: z.object({
      verdict: z.enum(['succeeded', 'failed', 'excused']),
      errorCode: z.string().optional(),
      durationMs: z.number(),
      queuedMs: z.number(),
      costUsd: z.number(),
    }),
  })
  .meta({ id: 'RecordedChoice', description: 'A choice that was carried out, and what came of it.' });

export const recordedChoicePage = pageOf(recordedChoiceView);
export const choicesOfTask = z.object({ items: z.array(recordedChoiceView) });

export const whyNotView = z
  .object({
    agent: z.string(),
    version: z.string().optional(),
    verdict: z.enum(['chosen', 'excluded', 'outscored', 'passed-over', 'absent']),
    reason: z.string(),
    code: z.string().optional(),
    ...scored,
    chosenScore: z.number().optional(),
    margin: z.number().optional(),
    changes: z
      .array(z.object({ what: z.string(), from: z.number(), to: z.number() }))
      .describe('Each, alone, would have made it the chosen one.'),
    remedy: z.string().optional(),
  })
  .meta({ id: 'WhyNot' });

const replayed = z.object({
  chosen,
  reason: z.string(),
  propensity: z.number(),
  scores: z.array(z.number().nullable()),
});

export const replayView = z
  .object({
    status: z.enum(['same', 'different', 'impossible']),
    findings: z.array(z.string()),
    recorded: replayed,
    replayed: replayed.optional(),
  })
  .meta({ id: 'Replay', description: 'The choice made again from its record.' });

export type ChoicesQuery = z.output<typeof choicesQuery>;
