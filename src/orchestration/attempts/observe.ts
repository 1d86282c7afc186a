import type { CadreError, ErrorKind } from '../../common/index.js';
import type { AttemptObservation, AttemptVerdict } from '../../metrics/index.js';
import type { Release } from '../../registry/index.js';
import { AttemptTimeoutError, ShuttingDownError, TaskTimeoutError } from '../orchestration.errors.js';
import type { TaskRun } from '../tasks/task-run.js';
import type { AttemptRecord } from '../tasks/task.types.js';
import type { Attempt } from './attempt.js';

/** Kinds of errors that say nothing of the agent: they are the caller's doing. */
const EXCUSED: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'definition',
  'input',
  'not-found',
  'conflict',
  'canceled',
]);

/** Milliseconds that anybody may ask of an agent that does not say how long it takes. */
const FAIR_LIMIT_MS = 1_000;

/** How an attempt that ended with this error, or with none, counts for its agent. */
export function judge(error: CadreError | undefined, attempt: Attempt): AttemptVerdict {
  if (error === undefined) return 'succeeded';
  const isExcused =
    EXCUSED.has(error.kind) || error instanceof ShuttingDownError || wasHurried(error, attempt);
  return isExcused ? 'excused' : 'failed';
}

/**
 * Whether the caller gave less time than the agent says that it takes, or than {@link FAIR_LIMIT_MS}: otherwise one client in a hurry
 * could have an agent taken from all the others.
 */
function wasHurried(error: CadreError, { release, capability, startedAt, deadlineAt }: Attempt): boolean {
  if (!(error instanceof TaskTimeoutError || error instanceof AttemptTimeoutError)) return false;
  const { timeoutMs = Infinity, estimatedDurationMs = FAIR_LIMIT_MS } =
    release.capabilities.get(capability) ?? {};
  return deadlineAt - startedAt < Math.min(timeoutMs, estimatedDurationMs);
}

/** An attempt that has ended, for those who learn from it. */
export class Observation implements AttemptObservation {
  readonly release: Release;
  readonly taskId: string;
  readonly runId: string | undefined;
  readonly workflow: string | undefined;
  readonly tenant: string | undefined;
  readonly capability: string;
  readonly inputType: string;
  readonly verdict: AttemptVerdict;
  readonly errorKind: ErrorKind | undefined;
  readonly errorCode: string | undefined;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly inFlight: number;
  readonly queuedMs: number;
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;

  constructor(
    private readonly task: TaskRun,
    attempt: Attempt,
    record: AttemptRecord,
    error: CadreError | undefined,
  ) {
    this.release = attempt.release;
    this.taskId = task.taskId;
    this.runId = task.runId;
    this.workflow = task.request.workflow;
    this.tenant = task.options.tenant;
    this.capability = task.capability;
    this.inputType = attempt.inputType;
    this.verdict = judge(error, attempt);
    this.errorKind = error?.kind;
    this.errorCode = error?.code;
    this.startedAt = record.startedAt;
    this.durationMs = record.durationMs;
    this.inFlight = attempt.inFlight;
    this.queuedMs = task.countQueued();
    this.costUsd = record.costUsd;
    this.inputTokens = record.usage.inputTokens;
    this.outputTokens = record.usage.outputTokens;
  }

  get inputBytes(): number {
    return this.task.input.roughBytes;
  }
}
