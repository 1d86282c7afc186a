import type { StepResult } from '../../runs/run-record.types.js';

/** What an action came to; instants are added where it is recorded. */
export type ActionResult = Omit<StepResult, 'startedAt' | 'finishedAt'>;
