import type { Page } from '../../../orchestration/index.js';
import { InvalidCursorError } from '../../../common/index.js';
import type { StoredRun } from '../run-record.types.js';

/** The place of a run in the list of all, in every store the same: newest first, those of one instant by id. */
export interface RunListPlace {
  readonly createdAt: number;
  readonly runId: string;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CURSOR = new RegExp(`^(\\d{1,16})_(${UUID})$`);

/** What a page ends with, so that the next one begins behind it. */
export function writeRunCursor({ createdAt, runId }: RunListPlace): string {
  return `${createdAt}_${runId}`;
}

/** @throws CURSOR_INVALID */
export function readRunCursor(cursor: string): RunListPlace {
  const match = CURSOR.exec(cursor);
  if (match === null) throw new InvalidCursorError(cursor);
  return { createdAt: Number(match[1]), runId: match[2]! };
}

/** Below 0 where the first is listed before the second. */
export function compareRuns(a: RunListPlace, b: RunListPlace): number {
  return b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : 0);
}

/** The page that these pages of several stores make together, which were asked for with the same limit and cursor. */
export function mergeRunPages(pages: readonly Page<StoredRun>[], limit: number): Page<StoredRun> {
  const runs = pages.flatMap(({ items }) => items).sort(compareRuns);
  const items = runs.slice(0, limit);
  const isAll = runs.length <= limit && pages.every(({ nextCursor }) => nextCursor === undefined);
  const last = items.at(-1);
  return isAll || last === undefined ? { items } : { items, nextCursor: writeRunCursor(last) };
}
