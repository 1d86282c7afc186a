import type { Page, RunQuery } from '../../orchestration/index.js';
import type { StoredRun } from '../../workflows/index.js';
import { readRunCursor, writeRunCursor, type RunPlace } from '../runs/run-cursor.js';

/** A page of these runs, newest first. @throws CURSOR_INVALID */
export function listRuns(runs: Iterable<StoredRun>, { limit, cursor, ...filter }: RunQuery): Page<StoredRun> {
  const behind = cursor === undefined ? undefined : readRunCursor(cursor);
  const fitting: StoredRun[] = [];
  for (const run of runs) {
    if ((behind === undefined || byAge(behind, run) < 0) && fits(run, filter)) fitting.push(run);
  }
  const items = fitting.sort(byAge).slice(0, limit);
  const last = fitting.length > limit ? items.at(-1) : undefined;
  return last === undefined ? { items } : { items, nextCursor: writeRunCursor(last) };
}

/** Newest first. */
function byAge(a: RunPlace, b: RunPlace): number {
  return b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : 0);
}

function fits(
  run: StoredRun,
  { status, workflow, createdFrom = -Infinity, createdTo = Infinity }: Omit<RunQuery, 'limit' | 'cursor'>,
): boolean {
  return (
    (status === undefined || run.status === status) &&
    (workflow === undefined || run.workflow === workflow) &&
    run.createdAt >= createdFrom &&
    run.createdAt < createdTo
  );
}
