import type { Clock, EventBus, Logger } from '../../common/index.js';
import { StrategyFailed, type StrategyProblem } from '../selection.events.js';

/** Milliseconds between two lines of the log about one strategy. */
const QUIET_MS = 60_000;

/** Tells of strategies that misbehave: by an event each time, in the log once a minute for each strategy. */
export class StrategyAlarm {
  readonly #quietUntilMs = new Map<string, number>();

  constructor(
    private readonly parts: { readonly clock: Clock; readonly events: EventBus; readonly logger: Logger },
  ) {}

  readonly tell = (problem: StrategyProblem): void => {
    const { clock, events, logger } = this.parts;
    events.publish(StrategyFailed, problem);
    const nowMs = clock.monotonicMs();
    if (nowMs < (this.#quietUntilMs.get(problem.strategy) ?? -Infinity)) return;
    this.#quietUntilMs.set(problem.strategy, nowMs + QUIET_MS);
    logger.warn('a selection strategy misbehaved; the first candidate was taken', { ...problem });
  };
}
