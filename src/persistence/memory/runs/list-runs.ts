import type { Page, RunQuery } from '../../../orchestration/index.js';
import { compareRuns, readRunCursor, writeRunCursor, type StoredRun } from '../../../workflows/index.js';

/** A page of these runs, newest first. @throws CURSOR_INVALID */
export function listRuns(runs: Iterable<StoredRun>, { limit, cursor, ...filter }: RunQuery): Page<StoredRun> {
  const behind = cursor === undefined ? undefined : readRunCursor(cursor);
  const fitting: StoredRun[] = [];
  for (const run of runs) {
    if ((behind === undefined || compareRuns(behind, run) < 0) && fits(run, filter)) fitting.push(run);
  }
  const items = fitting.sort(compareRuns).slice(0, limit);
  const last = fitting.length > limit ? items.at(-1) : undefined;
  return last === undefined ? { items } : { items, nextCursor: writeRunCursor(last) };
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
