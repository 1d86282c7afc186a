import { Journal } from '../engine/journal.js';
import { keysToRedo } from '../engine/actions/keys-to-redo.js';
import { UNDO_SUFFIX } from '../engine/steps/recorder.js';
import type { PlacedRecord, RunRecord } from './run-record.types.js';

/**
 * What no longer counts when a run is taken up again: all that did not succeed. Where steps were undone, the run goes back to
 * the earliest of them, and what came behind it is done again.
 */
export function planRetry(
  records: readonly PlacedRecord[],
  at: number,
): Extract<RunRecord, { type: 'run.retried' }> {
  const journal = Journal.replay(records);
  const keys = journal.keys;
  const undone = keys
    .filter((key) => key.endsWith(UNDO_SUFFIX) && journal.result(key)?.status === 'succeeded')
    .map((key) => key.slice(0, -UNDO_SUFFIX.length));
  const firstUndone = Math.min(...undone.map((key) => journal.orderOf(key)));
  const failed = new Set(keysToRedo(journal));
  const dropped = keys.filter((key) => failed.has(key) || journal.orderOf(key) >= firstUndone);
  return { type: 'run.retried', at, dropped, undone };
}
