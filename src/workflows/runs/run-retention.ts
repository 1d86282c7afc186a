import { messageOf, type Cancel, type Clock, type Logger, type RandomSource } from '../../common/index.js';
import type { RunStore } from './run.store.js';

/** Milliseconds between two looks for runs that are old enough, and the longest before the first one. */
const LOOK_EVERY_MS = 600_000;

/** Runs that are removed at a time: one of a thousand steps has about as many records. */
const BATCH = 100;

/** Milliseconds between two batches, so that other work gets in between. */
const REST_MS = 100;

/** Runs, and the clock by which they ended. */
export interface RetainedRuns {
  readonly store: Pick<RunStore, 'removeEnded'>;
  readonly clock: Clock;
}

/** What a retention works with. */
export interface RunRetentionParts {
  /** Where runs are kept. */
  readonly places: readonly RetainedRuns[];
  /** Milliseconds that a run is kept after its end; `Infinity` for ever. */
  readonly keepMs: number;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** Removes runs that ended long ago, with all that is kept of them, in small batches. */
export class RunRetention {
  #isOpen = false;
  #cancel: Cancel = () => {};
  #sweeping: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RunRetentionParts) {}

  /** The first look comes at an instant of its own for each node. */
  open(): void {
    const { keepMs, random } = this.parts;
    if (keepMs === Infinity) return;
    this.#isOpen = true;
    this.#schedule(Math.ceil(random.next() * LOOK_EVERY_MS));
  }

  /** Waits for the batch that is under way. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#cancel();
    await this.#sweeping;
  }

  #schedule(delayMs: number): void {
    this.#cancel = this.parts.clock.schedule(delayMs, () => {
      this.#sweeping = this.#sweep();
    });
  }

  /** Never rejects; the next look tries again what this one could not do. */
  async #sweep(): Promise<void> {
    let isMore = false;
    for (const place of this.parts.places) {
      try {
        const count = await place.store.removeEnded(place.clock.now() - this.parts.keepMs, BATCH);
        isMore ||= count === BATCH;
      } catch (error) {
        this.parts.logger.warn('old runs could not be removed', { error: messageOf(error) });
      }
    }
    if (this.#isOpen) this.#schedule(isMore ? REST_MS : LOOK_EVERY_MS);
  }
}
