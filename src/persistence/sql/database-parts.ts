import type { Clock, Logger, RandomSource } from '../../common/index.js';

/** What a database needs of the process. */
export interface DatabaseParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}
