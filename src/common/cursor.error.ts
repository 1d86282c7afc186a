import { CadreError } from './errors.js';

/** A cursor was not given out by this list. */
export class InvalidCursorError extends CadreError {
  constructor(cursor: string) {
    super({
      code: 'CURSOR_INVALID',
      kind: 'input',
      message: `"${cursor.slice(0, 80)}" is no cursor of this list; use the nextCursor of its last page, or none.`,
      details: {},
    });
  }
}
