import type { Clock } from '../../common/index.js';
import type { DecisionLog } from './decision-log.js';
import type { ResolvedDecisionOptions } from './decision.options.js';
import type { Decision } from './decision.types.js';
import { isSampled } from './is-sampled.js';

/**
 * Says which decisions are kept, and keeps them: those of the sampled tasks, up to so many a second (a token bucket that holds those of
 * one second, as the rate-limiting samplers of tracing have it). A decision takes longer to keep than to make; under heavy load as
 * many tell as much.
 */
export class DecisionKeeper {
  #tokens: number;
  #filledMs: number;

  constructor(
    private readonly log: DecisionLog,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
    private readonly options: Pick<ResolvedDecisionOptions, 'sampleRatio' | 'maxPerSecond'>,
  ) {
    this.#tokens = options.maxPerSecond;
    this.#filledMs = clock.monotonicMs();
  }

  /** Whether a decision of this task is to be kept, to be asked once for each: it takes a place among those of this second. */
  admits(taskId: string): boolean {
    return isSampled(taskId, this.options.sampleRatio) && this.#takeToken();
  }

  keep(decision: Decision): void {
    this.log.record(decision);
  }

  #takeToken(): boolean {
    const { maxPerSecond } = this.options;
    if (this.#tokens < 1) {
      const nowMs = this.clock.monotonicMs();
      const earned = ((nowMs - this.#filledMs) / 1_000) * maxPerSecond;
      if (this.#tokens + earned < 1) return false;
      this.#tokens = Math.min(this.#tokens + earned, Math.max(maxPerSecond, 1));
      this.#filledMs = nowMs;
    }
    this.#tokens -= 1;
    return true;
  }
}
