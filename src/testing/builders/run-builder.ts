import { newId } from '../../common/index.js';
import type {
  ClaimedRun,
  Lease,
  NewRun,
  Parking,
  RecordBatch,
  RunOutcome,
  RunRecord,
} from '../../workflows/index.js';

/** A run to be recorded; tests give what they care about. */
export function newRun(given: Partial<NewRun> = {}): NewRun {
  return {
    runId: newId(),
    workflow: 'market_brief',
    version: '1.0.0',
    bundleHash: 'a'.repeat(64),
    input: { topic: 'agents' },
    priority: 0,
    durability: 'durable',
    stepCount: 2,
    createdAt: 1_900_000_000_000,
    ...given,
  };
}

/** The record of a step that succeeded, told apart from others by its key. */
export function finishedStep(key: string, output: unknown = key, at = 1_900_000_000_100): RunRecord {
  const result = { status: 'succeeded', output, startedAt: at, finishedAt: at } as const;
  return { type: 'step.finished', at, key, result, withStart: true };
}

/** Records of steps that succeeded, with the seq of the first. */
export function batchOf(firstSeq: number, ...keys: readonly string[]): RecordBatch {
  return { firstSeq, records: keys.map((key) => finishedStep(key)) };
}

export function retriedAt(at: number, ...dropped: readonly string[]): RunRecord {
  return { type: 'run.retried', at, dropped, undone: [] };
}

/** What a run waits for that nothing wakes. */
export function parkingOf(given: Partial<Parking> = {}): Parking {
  return { firstSeq: 100, records: [], waits: [], wakeKeys: [], costUsd: 0, ...given };
}

export function outcomeOf(status: RunOutcome['status'], given: Partial<RunOutcome> = {}): RunOutcome {
  return { status, finishedAt: 1_900_000_001_000, costUsd: 0, ...given };
}

export function leaseOf({ run }: ClaimedRun): Lease {
  return { runId: run.runId, epoch: run.epoch };
}
