import { messageOf, type Cancel, type EventBus, type Logger } from '../common/index.js';
import { AgentUnregistered } from '../registry/index.js';
import type { PerformanceBook } from './estimates/performance-book.js';
import type { ImprovementPolicy } from './improvement/improvement-policy.js';
import type { DriftWatch } from './reviews/drift-watch.js';
import { DAY_MS, type PerformanceStore } from './rollups/performance.store.js';
import type { RollupKeeper } from './rollups/rollup-keeper.js';

/** What measuring consists of. */
export interface MeasuringParts {
  readonly book: PerformanceBook;
  readonly drift: DriftWatch;
  readonly keeper: RollupKeeper;
  readonly policy: ImprovementPolicy;
  readonly store: PerformanceStore;
  readonly events: EventBus;
  readonly logger: Logger;
  /** Of which what was measured is the baseline. */
  readonly baselineDays: number;
}

/** Begins and ends all that measures performance and acts on it. */
export class Measuring {
  #cancel: Cancel = () => {};

  constructor(private readonly parts: MeasuringParts) {}

  /** Begins with what was measured before this process. */
  async open(): Promise<void> {
    const { book, drift, keeper, policy, events } = this.parts;
    this.#cancel = events.subscribe(AgentUnregistered, ({ release }) => {
      book.forget(release.id);
      drift.forget(release.id);
    });
    await this.#learnBaselines();
    await keeper.open();
    policy.open();
  }

  /** Writes what there is, as tasks have ended by now. */
  async close(): Promise<void> {
    this.#cancel();
    await this.parts.policy.close();
    await this.parts.keeper.close();
  }

  async #learnBaselines(): Promise<void> {
    const { store, drift, logger, baselineDays } = this.parts;
    const toAt = store.clock.now();
    try {
      const fromAt = toAt - baselineDays * DAY_MS;
      drift.learn(await store.read({ fromAt, toAt, by: ['release', 'capability'] }));
    } catch (error) {
      logger.warn('what was measured before could not be read', { error: messageOf(error) });
    }
  }
}
