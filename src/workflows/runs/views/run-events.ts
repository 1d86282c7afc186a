import type { RunEvent } from '../../../orchestration/index.js';
import { InvalidCursorError } from '../../../common/index.js';
import type { PlacedRecord, RunRecord } from '../run-record.types.js';
import type { RecordPlace } from '../run.store.js';

/** Where a follower of a run's events is: behind this part of this record. */
export interface EventPlace extends RecordPlace {
  readonly part: number;
}

/** What a record tells. */
type Told = Omit<RunEvent, 'id' | 'runId'>;

/** The events that a record tells of, those behind `after` where it is a place in this very record. */
export function eventsOf(runId: string, placed: PlacedRecord, after?: EventPlace): RunEvent[] {
  const { epoch, seq, record } = placed;
  const isSame = after?.epoch === epoch && after.seq === seq;
  return tell(record)
    .map((told, part) => ({ id: `${epoch}.${seq}.${part}`, runId, ...told }))
    .filter((_, part) => !isSame || part > after.part);
}

/** Reads the id of an event. @throws CURSOR_INVALID */
export function readEventId(id: string): EventPlace {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d)$/.exec(id);
  if (match === null) throw new InvalidCursorError(id);
  const [epoch, seq, part] = match.slice(1).map(Number) as [number, number, number];
  return { epoch, seq, part };
}

/** The place before a record: what is read from there begins with it. */
export function placeBefore({ epoch, seq }: EventPlace): RecordPlace {
  return { epoch, seq: seq - 1 };
}

function tell(record: RunRecord): Told[] {
  const { at } = record;
  switch (record.type) {
    case 'run.started':
    case 'run.resumed':
      return [{ type: record.type, at, data: {} }];
    case 'run.retried':
      return [{ type: 'run.resumed', at, data: { dropped: record.dropped } }];
    case 'run.failing':
    case 'step.retried':
      return [];
    case 'run.waiting':
      return [{ type: record.type, at, data: { waits: record.waits } }];
    case 'run.finished':
      return [{ type: record.type, at, data: { status: record.status, failure: record.failure } }];
    case 'step.started':
      return [{ type: record.type, at, data: { key: record.key } }];
    case 'step.progress':
      return [{ type: record.type, at, data: { key: record.key, progress: record.progress } }];
    case 'step.waiting':
      return record.key.endsWith('~pause') ? [] : [{ type: record.type, at, data: { ...record.wait } }];
    default:
      return tellFinished(record);
  }
}

function tellFinished({ at, key, result, withStart }: Extract<RunRecord, { type: 'step.finished' }>): Told[] {
  const { attempts: _, choice: __, signalId: ___, ...told } = result;
  const finished: Told = { type: 'step.finished', at, data: { key, ...told } };
  if (!withStart) return [finished];
  return [{ type: 'step.started', at: result.startedAt, data: { key } }, finished];
}
