import { z } from 'zod';
import { AGENT_STATUSES, MAX_REASON_LENGTH, STATUS_ENTRY_KINDS } from '../../status/index.js';
import {
  cursor,
  facts,
  instant,
  name,
  pageOf,
  queryBoolean,
  queryInteger,
  queryNumber,
} from '../common.schemas.js';
import { performanceView } from '../performance/performance.schemas.js';

const status = z.enum(AGENT_STATUSES);
const version = z.string().min(1).max(100);
const hours = queryNumber(0.001, 8_784).default(24);

export const agentPath = z.strictObject({ name });
export const releasePath = z.strictObject({ name, version });

export const agentsQuery = z.strictObject({
  status: status.optional(),
  capability: name.optional(),
  inputType: name.optional(),
  outputType: name.optional(),
  region: name.optional(),
  tag: name.optional(),
  available: queryBoolean.optional(),
  allVersions: queryBoolean.optional(),
  limit: queryInteger(1, 500).default(50),
  cursor: cursor.optional(),
});

export const versionQuery = z.strictObject({ version: version.optional() });

export const unregisterQuery = z.strictObject({
  version: version.optional(),
  force: queryBoolean.default(false),
});

export const historyQuery = z.strictObject({
  version: version.optional(),
  hours,
  kind: z.enum(STATUS_ENTRY_KINDS).optional(),
  limit: queryInteger(1, 500).default(50),
  cursor: cursor.optional(),
});

export const uptimeQuery = z.strictObject({ version: version.optional(), hours });

export const statusBody = z.strictObject({ status, reason: z.string().trim().min(1).max(MAX_REASON_LENGTH) });

export const agentView = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.string(),
    description: z.string().optional(),
    isCurrent: z.boolean(),
    isAvailable: z.boolean(),
    status,
    statusSince: instant,
    capabilities: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        inputTypes: z.array(z.string()),
        outputTypes: z.array(z.string()),
        requiredContext: z.array(z.string()),
        timeoutMs: z.number().optional(),
        estimatedDurationMs: z.number().optional(),
        estimatedCostUsd: z.number().optional(),
        estimatedSuccessRatio: z.number().optional(),
      }),
    ),
    costPerTaskUsd: z.number().optional(),
    region: z.string().optional(),
    tags: z.array(z.string()),
    dependencies: z.array(z.string()),
    load: z.object({ inFlight: z.int(), maxConcurrentTasks: z.int(), abandoned: z.int() }),
    health: z
      .object({
        healthy: z.boolean(),
        message: z.string().optional(),
        details: facts.optional(),
        probes: z
          .array(
            z.object({
              name: z.string(),
              kind: z.enum(['general', 'dependency', 'credential', 'functional']),
              healthy: z.boolean(),
              message: z.string().optional(),
              details: facts.optional(),
              durationMs: z.number(),
            }),
          )
          .optional()
          .describe('what each probe found, where the agent has any'),
        checkedAt: instant,
        durationMs: z.number(),
      })
      .optional(),
    isUnwell: z.boolean().describe('its instances here failed too many checks to get tasks'),
    circuits: z
      .array(
        z.object({
          capability: z.string(),
          state: z.enum(['open', 'half-open']),
          reason: z.string(),
          openForMs: z.number().describe('milliseconds until tasks may try it'),
        }),
      )
      .describe('the capabilities whose circuit is not closed in this process'),
    ejections: z
      .array(z.object({ capability: z.string(), reason: z.string(), ejectedForMs: z.number() }))
      .describe('the capabilities from which it is kept for a while, as it does worse than others'),
    recovery: z
      .object({
        attempts: z.int(),
        maxAttempts: z.int(),
        isUnderWay: z.boolean(),
        isGivenUp: z.boolean().describe('until a person has set another status'),
        nextInMs: z.number().optional(),
      })
      .optional()
      .describe('how it stands with bringing it back; absent when it did not need that lately'),
    versions: z.array(z.string()),
  })
  .meta({ id: 'Agent', description: 'One release of an agent, as it is now.' });

export const agentDetailsView = agentView
  .extend({
    statistics: performanceView
      .optional()
      .describe('of the last 24 hours, on all nodes; absent while the database is away'),
  })
  .meta({ id: 'AgentDetails', description: 'One release of an agent, and what was measured of it.' });

export const agentPage = pageOf(agentView);

export const statusView = z.object({ id: z.string(), status, since: instant }).meta({ id: 'AgentStatus' });

export const statusEntryView = z
  .object({
    id: z.string(),
    kind: z.enum(STATUS_ENTRY_KINDS),
    release: z.string(),
    from: status.nullable(),
    to: status.optional(),
    allowed: z.array(status).optional(),
    at: instant,
    reason: z.string(),
    triggeredBy: z.string(),
    correlationId: z.string(),
  })
  .meta({ id: 'StatusEntry' });

export const statusHistoryPage = pageOf(statusEntryView);

export const uptimeView = z
  .object({
    id: z.string(),
    windowStartAt: instant,
    windowEndAt: instant,
    upMs: z.number(),
    plannedDownMs: z.number(),
    unplannedDownMs: z.number(),
    offMs: z.number(),
    unobservedMs: z.number(),
    uptimeRatio: z.number().nullable(),
    statusChanges: z.int(),
    outages: z.int(),
    mtbfMs: z.number().nullable(),
    mttrMs: z.number().nullable(),
  })
  .meta({
    id: 'Uptime',
    description: 'Exact arithmetic over the status history; the parts sum to the window.',
  });

export const healthCheckView = z
  .object({
    agent: agentView,
    isChecked: z.boolean().describe('false for an inactive agent, which is not asked'),
  })
  .meta({ id: 'HealthCheck' });

export const unregisterView = z.object({ unregistered: z.array(z.string()) }).meta({ id: 'Unregistered' });

export type AgentsQuery = z.output<typeof agentsQuery>;
export type HistoryQuery = z.output<typeof historyQuery>;
