import type { AttemptRecord } from '../../../orchestration/index.js';
import type { Choice, ConsideredCandidate } from '../../../selection/index.js';
import type { RunRecord, StepResult } from '../../../workflows/index.js';

type FinishedStep = Extract<RunRecord, { type: 'step.finished' }>;

/** Marks what is written short, so that it is never taken for a record of before, which was written in full. */
const SHORT = 2;

/**
 * A finished step as it is written. Most of a journal are these, and most of such a step is the same each time, or is said
 * elsewhere in it; that is left out, which makes it about half as long. What is absent is:
 * - `at`: the result's `finishedAt`; `withStart`: true;
 * - of an attempt, `attempt`: its place in the list, from 1; `agent`, `version`, `startedAt`: those of the result; `status`:
 *   succeeded; `costUsd`: 0; `usage`: no tokens; `toolCalls`: none;
 * - of the choice, `chosen`: the agent and version of the result (null is nobody); `excluded`: nobody.
 */
interface ShortStep {
  readonly type: 'step.finished';
  readonly form: typeof SHORT;
  readonly key: string;
  readonly at?: number;
  readonly withStart?: false;
  readonly result: ShortResult;
}

interface ShortResult extends Omit<StepResult, 'attempts' | 'choice'> {
  readonly attempts?: readonly ShortAttempt[];
  readonly choice?: ShortChoice;
}

type ShortAttempt = Pick<AttemptRecord, 'durationMs'> & Partial<AttemptRecord>;

interface ShortChoice extends Omit<Choice, 'chosen' | 'candidates' | 'excluded'> {
  readonly chosen?: Choice['chosen'] | null;
  readonly candidates: readonly ShortCandidate[];
  readonly excluded?: Choice['excluded'];
}

/** A candidate by position; null where it has none of something. */
type ShortCandidate = readonly [
  agent: string,
  version: string,
  inFlight: number,
  maxConcurrentTasks: number,
  score?: number | null,
  propensity?: number | null,
];

/** A record as JSON. */
export function writeRecord(record: RunRecord): string {
  return JSON.stringify(record.type === 'step.finished' ? shorten(record) : record);
}

/** A record, from what its JSON says. */
export function readRecord(data: unknown): RunRecord {
  const record = data as RunRecord | ShortStep;
  return 'form' in record ? complete(record) : record;
}

function shorten({ type, at, key, result, withStart }: FinishedStep): ShortStep {
  return {
    type,
    form: SHORT,
    key,
    at: at === result.finishedAt ? undefined : at,
    withStart: withStart ? undefined : false,
    result: {
      ...result,
      attempts: result.attempts?.map((attempt, index) => shortenAttempt(attempt, index, result)),
      choice: result.choice && shortenChoice(result.choice, result),
    },
  };
}

function complete({ type, key, result, at = result.finishedAt, withStart }: ShortStep): FinishedStep {
  const { attempts, choice } = result;
  return {
    type,
    at,
    key,
    result: {
      ...result,
      attempts: attempts?.map((attempt, index) => completeAttempt(attempt, index, result)),
      choice: choice && completeChoice(choice, result),
    },
    withStart: withStart ?? true,
  };
}

function shortenAttempt(
  attempt: AttemptRecord,
  index: number,
  { agent, version, startedAt }: StepResult,
): ShortAttempt {
  const { usage, toolCalls } = attempt;
  return {
    ...attempt,
    attempt: unless(attempt.attempt, index + 1),
    agent: unless(attempt.agent, agent),
    version: unless(attempt.version, version),
    status: unless(attempt.status, 'succeeded'),
    startedAt: unless(attempt.startedAt, startedAt),
    costUsd: unless(attempt.costUsd, 0),
    usage: usage.inputTokens === 0 && usage.outputTokens === 0 ? undefined : usage,
    toolCalls: toolCalls.length === 0 ? undefined : toolCalls,
  };
}

function completeAttempt(
  attempt: ShortAttempt,
  index: number,
  { agent = '', version = '', startedAt }: ShortResult,
): AttemptRecord {
  return {
    attempt: index + 1,
    agent,
    version,
    status: 'succeeded',
    startedAt,
    costUsd: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    toolCalls: [],
    ...attempt,
  };
}

function shortenChoice(choice: Choice, { agent, version }: StepResult): ShortChoice {
  // By name: a choice works some of them out only when it is asked for them.
  const { strategy, chosen = null, reason, propensity, seed, candidates, excluded } = choice;
  const isTheResults = chosen === null ? agent === undefined : isSame(chosen, agent, version);
  return {
    strategy,
    chosen: isTheResults ? undefined : chosen,
    reason,
    propensity,
    seed,
    candidates: candidates.map(shortenCandidate),
    excluded: excluded.length === 0 ? undefined : excluded,
  };
}

function isSame(chosen: NonNullable<Choice['chosen']>, agent?: string, version?: string): boolean {
  return chosen.agent === agent && chosen.version === version;
}

function completeChoice(choice: ShortChoice, { agent, version = '' }: ShortResult): Choice {
  const { chosen = agent === undefined ? null : { agent, version }, candidates, excluded = [] } = choice;
  return {
    ...choice,
    chosen: chosen ?? undefined,
    candidates: candidates.map(completeCandidate),
    excluded,
  };
}

function shortenCandidate(candidate: ConsideredCandidate): ShortCandidate {
  const { agent, version, inFlight, maxConcurrentTasks, score, propensity } = candidate;
  if (propensity !== undefined) return [agent, version, inFlight, maxConcurrentTasks, score, propensity];
  if (score !== undefined) return [agent, version, inFlight, maxConcurrentTasks, score];
  return [agent, version, inFlight, maxConcurrentTasks];
}

function completeCandidate(candidate: ShortCandidate): ConsideredCandidate {
  const [agent, version, inFlight, maxConcurrentTasks, score, propensity] = candidate;
  return {
    agent,
    version,
    inFlight,
    maxConcurrentTasks,
    ...(score != null && { score }),
    ...(propensity != null && { propensity }),
  };
}

/** The value, where it is not what its absence says. */
function unless<T>(value: T, usual: T): T | undefined {
  return value === usual ? undefined : value;
}
