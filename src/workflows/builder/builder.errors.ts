import { CadreError } from '../../common/index.js';

/** Something was asked of the workflow builder that no definition can say; most of it does not even compile. */
export class BuilderError extends CadreError {
  constructor(problem: string) {
    super({
      code: 'BUILDER_MISUSED',
      kind: 'definition',
      message: `The workflow cannot be written: ${problem}${problem.endsWith('?') ? '' : '.'}`,
      details: { problem },
    });
  }
}
