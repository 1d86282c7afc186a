import { z } from 'zod';
import { whyNotView } from '../choices/choice.schemas.js';
import { facts, failure, instant, jsonValue, name } from '../common.schemas.js';

const MAX_TIMEOUT_MS = 86_400_000;
const timeout = z.number().min(1).max(MAX_TIMEOUT_MS);

/** How an agent is chosen; the same for running a task and for asking who would run it. */
const routing = {
  inputType: name.optional(),
  context: z.record(z.string().max(200), jsonValue).optional().describe('Values by data type name.'),
  strategy: name
    .optional()
    .describe('How an agent is chosen. Default: by criticality, else by priority, else the usual strategy.'),
  priority: z.enum(['normal', 'urgent']).optional().describe('urgent: the fastest agent.'),
  criticality: z.enum(['normal', 'critical']).optional().describe('critical: the most reliable agent.'),
  tenant: name
    .optional()
    .describe('On whose behalf; X-Cadre-Tenant says the same, and the two must not differ.'),
  agent: name.optional().describe('Pins the task: name or name@range.'),
  region: name.optional().describe('Only agents of this very region.'),
  residency: z
    .union([name, z.array(name).min(1).max(50)])
    .optional()
    .describe('Where the task must not leave; eu-west lies in eu.'),
  preferredRegions: z.array(name).max(50).optional().describe('Nearest first; the others are the failover.'),
  versionRange: name
    .optional()
    .describe('Of each agent, the highest release in this range instead of the current one.'),
  tags: z.array(name).max(50).optional(),
  whenUnavailable: z.enum(['alternative', 'queue', 'skip', 'fail']).optional(),
};

export const taskBody = z
  .strictObject({
    input: jsonValue,
    ...routing,
    timeoutMs: timeout.optional().describe('For the whole task; default 60 000.'),
    attemptTimeoutMs: timeout.optional(),
    queueTimeoutMs: z.number().min(0).max(MAX_TIMEOUT_MS).optional(),
    retry: z
      .strictObject({
        attempts: z.int().min(1).max(20).optional(),
        backoff: z.enum(['constant', 'exponential']).optional(),
        delayMs: z.number().min(0).max(3_600_000).optional(),
        maxDelayMs: z.number().min(0).max(3_600_000).optional(),
        jitter: z.boolean().optional(),
      })
      .optional(),
    maxFallbacks: z.int().min(0).max(100).optional(),
  })
  .meta({ id: 'TaskRequest' });

export const choiceBody = z
  .strictObject({
    input: jsonValue.optional(),
    ...routing,
    whyNot: name.optional().describe('An agent, name or name@version: why it is not the one.'),
  })
  .meta({ id: 'ChoiceRequest' });

export const choiceView = z
  .object({
    strategy: z.string(),
    chosen: z.object({ agent: z.string(), version: z.string() }).optional(),
    reason: z.string(),
    propensity: z.number().optional().describe('How likely this one was, given the candidates.'),
    seed: z.number().optional().describe('What chance was drawn from.'),
    candidates: z.array(
      z.object({
        agent: z.string(),
        version: z.string(),
        inFlight: z.int(),
        maxConcurrentTasks: z.int(),
        score: z.number().optional(),
        propensity: z.number().optional(),
      }),
    ),
    excluded: z.array(
      z.object({ agent: z.string(), version: z.string(), code: z.string(), reason: z.string() }),
    ),
  })
  .meta({ id: 'Choice', description: 'Who was chosen, among whom, and why the others were not considered.' });

/** A choice that was only asked for. */
export const previewView = choiceView.extend({ whyNot: whyNotView.optional() }).meta({ id: 'ChoicePreview' });

const usage = z.object({ inputTokens: z.number(), outputTokens: z.number() });

export const attemptView = z
  .object({
    attempt: z.int(),
    agent: z.string(),
    version: z.string(),
    status: z.enum(['succeeded', 'failed']),
    startedAt: instant,
    durationMs: z.number(),
    costUsd: z.number(),
    usage,
    toolCalls: z.array(
      z.object({
        tool: z.string(),
        startedAt: instant,
        durationMs: z.number(),
        tries: z.int(),
        status: z.enum(['succeeded', 'failed']),
        errorCode: z.string().optional(),
      }),
    ),
    error: failure.optional(),
  })
  .meta({ id: 'Attempt' });

export const taskView = z
  .object({
    status: z.enum(['succeeded', 'skipped']),
    taskId: z.string(),
    capability: z.string(),
    output: z.unknown().optional(),
    outputType: z.string().optional(),
    agent: z.string().optional(),
    version: z.string().optional(),
    confidence: z.number().optional(),
    sources: z.array(facts).optional(),
    durationMs: z.number(),
    queuedMs: z.number(),
    costUsd: z.number(),
    usage,
    attempts: z.array(attemptView),
    choice: choiceView,
    error: failure.optional(),
  })
  .meta({ id: 'TaskResult' });

export type TaskBody = z.output<typeof taskBody>;
export type ChoiceBody = z.output<typeof choiceBody>;
