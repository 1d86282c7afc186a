import { CadreError, didYouMean } from '../../common/index.js';

/** A schedule cannot be kept as it is. */
export class InvalidScheduleError extends CadreError {
  /** @param problem names the field first: `cron is "x"; it must …` */
  constructor(problem: string) {
    super({
      code: 'SCHEDULE_INVALID',
      kind: 'input',
      message: `The schedule is not valid: ${problem}.`,
      details: { field: problem.slice(0, problem.indexOf(' ')) },
    });
  }
}

/** There is no such schedule. */
export class UnknownScheduleError extends CadreError {
  constructor(id: string, nearest: readonly string[]) {
    super({
      code: 'SCHEDULE_UNKNOWN',
      kind: 'not-found',
      message: `There is no schedule "${id.slice(0, 80)}".${didYouMean(nearest)}`,
      details: { schedule: id.slice(0, 80) },
    });
  }
}
