import { eventType } from '../common/index.js';

/** A strategy threw, or gave an answer that is none; the first candidate was taken in its place. */
export const StrategyFailed = eventType<StrategyProblem>('strategy.failed');

/** What a strategy did wrong. */
export interface StrategyProblem {
  readonly strategy: string;
  readonly capability: string;
  /** What it did, as the end of a sentence that begins with its name. */
  readonly problem: string;
}
