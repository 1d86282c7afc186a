import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CadreOptions } from './cadre.options.js';
import { CadreError, messageOf } from './common/index.js';
import { HEALTH_DEFAULTS, type HealthOptions } from './health/index.js';
import { DECISION_DEFAULTS } from './metrics/index.js';
import { DATABASE_DEFAULTS, DURABILITIES, type DatabaseOptions } from './persistence/index.js';
import type { QuotaDefinition } from './quotas/index.js';
import { SELECTION_DEFAULTS } from './selection/index.js';
import { WORKFLOW_DEFAULTS } from './workflows/index.js';

/** What the server itself needs to know. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** Largest request body, in bytes. */
  readonly bodyLimitBytes: number;
  /** Names by which clients may call the server, beside `localhost`, IP addresses and `host`; `*` for any. */
  readonly allowedHosts: readonly string[];
}

/** The environment, read and validated. */
export interface Environment {
  readonly server: ServerSettings;
  /** For `CadreModule.forRoot(readEnvironment().cadre)`. */
  readonly cadre: CadreOptions;
  /** Where the application keeps its files. */
  readonly dataDir: string;
}

/** A variable of the environment is out of its bounds. */
export class EnvironmentError extends CadreError {
  constructor(problems: readonly string[]) {
    super({
      code: 'ENVIRONMENT_INVALID',
      kind: 'definition',
      message: `The environment is not valid:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
      details: { problems },
    });
  }
}

/** A whole number in the environment; an empty variable counts as unset. */
function integer(least: number, most: number, fallback: number) {
  return z
    .string()
    .transform((text) => (/^\d{1,12}$/.test(text) ? Number(text) : Number.NaN))
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`)
    .default(fallback);
}

/** A share in the environment, from 0 to 1. */
function ratio(fallback: number) {
  return z
    .string()
    .transform((text) => (/^[01](?:\.\d{1,12})?$/.test(text) ? Number(text) : Number.NaN))
    .refine((value) => value <= 1, 'must be a number from 0 to 1')
    .default(fallback);
}

/** A text of the environment without blanks around it. */
function trimmed(maxLength: number, fallback: string) {
  return z
    .string()
    .trim()
    .min(1, 'must not be blank')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .default(fallback);
}

/** Names without scheme or port, or a star. */
const HOST_NAME = /^(?:\*|[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?)$/i;

/** `a.example, b.example` as a list. */
const hostNames = z
  .string()
  .transform((list) => list.split(',').map((entry) => entry.trim()))
  .refine(
    (names) => names.every((entry) => HOST_NAME.test(entry)),
    'must be names without scheme or port, separated by commas, or *',
  )
  .default([]);

/** What is in the JSON file that a variable names. */
const jsonFile = z
  .string()
  .max(4_096, 'must have at most 4096 characters')
  .transform((path, context): unknown => {
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      context.addIssue({ code: 'custom', message: `must name a JSON file: ${messageOf(error)}` });
      return z.NEVER;
    }
  })
  .optional();

/** `memory` keeps nothing beyond the process. */
const PERSISTENCES = ['database', 'memory'] as const;

/** Whether something is done. */
const SWITCH = ['on', 'off'] as const;

const DAY_MS = 86_400_000;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const variables = z.object({
  HOST: trimmed(255, '127.0.0.1'),
  PORT: integer(0, 65_535, 3_000),
  CADRE_ALLOWED_HOSTS: hostNames,
  CADRE_DATA_DIR: trimmed(4_096, './data'),
  CADRE_PERSISTENCE: z.enum(PERSISTENCES, `must be one of ${PERSISTENCES.join(', ')}`).default('database'),
  DATABASE_URL: z.string().max(4_096, 'must have at most 4096 characters').optional(),
  CADRE_DATABASE_POOL_SIZE: integer(1, 500, DATABASE_DEFAULTS.poolSize),
  CADRE_DATA_DURABILITY: z
    .enum(DURABILITIES, `must be one of ${DURABILITIES.join(', ')}`)
    .default(DATABASE_DEFAULTS.durability),
  CADRE_HEALTH_CHECKS: z.enum(SWITCH, 'must be on or off').default('on'),
  CADRE_HEALTH_CHECK_INTERVAL_MS: integer(1_000, 86_400_000, HEALTH_DEFAULTS.checks.intervalMs),
  CADRE_AUTO_RECOVERY: z.enum(SWITCH, 'must be on or off').default('on'),
  CADRE_BREAKER_OPEN_MS: integer(1, 3_600_000, HEALTH_DEFAULTS.breaker.openMs),
  CADRE_MAX_ACTIVE_RUNS: integer(1, 10_000, WORKFLOW_DEFAULTS.maxActiveRuns),
  CADRE_MAX_OUTPUT_BYTES: integer(1_024, 67_108_864, WORKFLOW_DEFAULTS.maxOutputBytes),
  CADRE_KEEP_RUNS_DAYS: integer(0, 3_650, WORKFLOW_DEFAULTS.keepEndedRunsMs / DAY_MS),
  CADRE_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  CADRE_BODY_LIMIT_BYTES: integer(1_024, 1_073_741_824, 2_097_152),
  CADRE_STRATEGY: trimmed(64, SELECTION_DEFAULTS.strategy),
  CADRE_DECISIONS_SAMPLE_RATIO: ratio(DECISION_DEFAULTS.sampleRatio),
  CADRE_DECISIONS_MAX_PER_SECOND: integer(0, 1_000_000, DECISION_DEFAULTS.maxPerSecond),
  CADRE_QUOTAS_FILE: jsonFile,
  CADRE_MAX_QUEUED_TASKS: integer(0, 1_000_000, 1_000),
  CADRE_ABORT_GRACE_MS: integer(0, 600_000, 1_000),
  CADRE_SHUTDOWN_GRACE_MS: integer(0, 600_000, 10_000),
  CADRE_DRAIN_TIMEOUT_MS: integer(0, 3_600_000, 30_000),
});

/** A Postgres where one is named, else an embedded database beside the application's other files. */
function readDatabase(data: z.infer<typeof variables>): DatabaseOptions {
  return {
    url: data.DATABASE_URL,
    dataDir: join(data.CADRE_DATA_DIR, 'database'),
    poolSize: data.CADRE_DATABASE_POOL_SIZE,
    durability: data.CADRE_DATA_DURABILITY,
  };
}

function readHealth(data: z.infer<typeof variables>): HealthOptions {
  return {
    checks: data.CADRE_HEALTH_CHECKS === 'on' && { intervalMs: data.CADRE_HEALTH_CHECK_INTERVAL_MS },
    breaker: { openMs: data.CADRE_BREAKER_OPEN_MS },
    ...(data.CADRE_AUTO_RECOVERY === 'off' && { recovery: false }),
  };
}

/**
 * Reads the settings from environment variables; the README has the table of them.
 * @throws ENVIRONMENT_INVALID naming every variable that is wrong, its value and what it may be
 * @publicApi
 */
export function readEnvironment(
  source: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = variables.safeParse(given);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => {
      const variable = String(path[0]);
      // It may hold a password.
      if (variable === 'DATABASE_URL') return `${variable} ${message}`;
      return `${variable} is "${given[variable]?.slice(0, 60)}"; it ${message}`;
    });
    throw new EnvironmentError(problems);
  }
  const { data } = result;
  return {
    server: {
      host: data.HOST,
      port: data.PORT,
      logLevel: data.CADRE_LOG_LEVEL,
      bodyLimitBytes: data.CADRE_BODY_LIMIT_BYTES,
      allowedHosts: data.CADRE_ALLOWED_HOSTS,
    },
    cadre: {
      registry: { drainTimeoutMs: data.CADRE_DRAIN_TIMEOUT_MS },
      // Its problems are told with those of all options.
      quotas: data.CADRE_QUOTAS_FILE as readonly QuotaDefinition[] | undefined,
      selection: { strategy: data.CADRE_STRATEGY },
      decisions: {
        sampleRatio: data.CADRE_DECISIONS_SAMPLE_RATIO,
        maxPerSecond: data.CADRE_DECISIONS_MAX_PER_SECOND,
      },
      health: readHealth(data),
      orchestration: {
        maxQueuedTasks: data.CADRE_MAX_QUEUED_TASKS,
        abortGraceMs: data.CADRE_ABORT_GRACE_MS,
        shutdownGraceMs: data.CADRE_SHUTDOWN_GRACE_MS,
      },
      workflows: {
        maxActiveRuns: data.CADRE_MAX_ACTIVE_RUNS,
        maxOutputBytes: data.CADRE_MAX_OUTPUT_BYTES,
        keepEndedRunsMs: data.CADRE_KEEP_RUNS_DAYS === 0 ? Infinity : data.CADRE_KEEP_RUNS_DAYS * DAY_MS,
      },
      ...(data.CADRE_PERSISTENCE === 'database' && { database: readDatabase(data) }),
    },
    dataDir: data.CADRE_DATA_DIR,
  };
}
