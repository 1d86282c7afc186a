import { InvalidCursorError, type StoredRun } from '../../workflows/index.js';

/** The place of a run in the list of all: newest first, those of one instant by id. */
export interface RunPlace {
  readonly createdAt: number;
  readonly runId: string;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CURSOR = new RegExp(`^(\\d{1,16})_(${UUID})$`);

export function writeRunCursor({ createdAt, runId }: StoredRun): string {
  return `${createdAt}_${runId}`;
}

/** @throws CURSOR_INVALID */
export function readRunCursor(cursor: string): RunPlace {
  const match = CURSOR.exec(cursor);
  if (match === null) throw new InvalidCursorError(cursor);
  return { createdAt: Number(match[1]), runId: match[2]! };
}
