import { messageOf, type Cancel, type Clock, type Logger } from '../../common/index.js';
import { HeardAttempts } from '../estimates/heard-attempts.js';
import type { PerformanceBook } from '../estimates/performance-book.js';
import type { ResolvedMetricsOptions } from '../metrics.options.js';
import type { AttemptRecorder } from './attempt-recorder.js';
import { DAY_MS, MINUTE_MS, type PerformanceStore } from './performance.store.js';

/** Milliseconds between two looks for what is old enough to be put together. */
const FOLD_EVERY_MS = 5 * MINUTE_MS;

/** Others write a minute until a little after it is over. */
const LOOK_BACK_MS = 3 * MINUTE_MS;

/** What is heard at the start is told apart by stretches of this length. */
const START_STEP_MS = 10 * MINUTE_MS;

/** At the start, nothing older than this is heard. */
const MOST_START_MS = 7 * DAY_MS;

/** What a keeper works with. */
export interface RollupKeeperParts {
  readonly store: PerformanceStore;
  readonly recorder: AttemptRecorder;
  readonly book: PerformanceBook;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: ResolvedMetricsOptions;
}

/**
 * Brings what was measured here to the store, every few seconds and at the end, hears what others have measured, and has old
 * rollups put together. None of it is waited for by a task. What cannot be written now is written with the next.
 */
export class RollupKeeper {
  readonly #heard: HeardAttempts;
  #cancel: Cancel = () => {};
  #isOpen = false;
  #heardUntilAt = 0;
  #foldDueMs = 0;
  /** Rounds follow one another. */
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RollupKeeperParts) {
    this.#heard = new HeardAttempts(parts.options);
  }

  /** Begins with what the store knows. */
  async open(): Promise<void> {
    this.#isOpen = true;
    await this.#try('what was measured before could not be read', () => this.#hearAll());
    this.#plan();
  }

  /** Writes what there is and does no more. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#cancel();
    await this.#turn;
    await this.flush();
  }

  /** Writes what the store has not got yet. Never rejects. */
  flush(): Promise<void> {
    return this.#take(() => this.#try('what was measured could not be written', () => this.#write()));
  }

  #plan(): void {
    if (!this.#isOpen) return;
    this.#cancel = this.parts.clock.schedule(this.parts.options.flushEveryMs, () => {
      void this.#take(() => this.#round()).then(() => this.#plan());
    });
  }

  async #round(): Promise<void> {
    const { store, clock, options } = this.parts;
    await this.#try('what was measured could not be written', () => this.#write());
    const hear = this.#heardUntilAt === 0 ? () => this.#hearAll() : () => this.#hearNew();
    if (store.isShared) await this.#try('what others measured could not be read', hear);
    if (clock.monotonicMs() < this.#foldDueMs) return;
    this.#foldDueMs = clock.monotonicMs() + FOLD_EVERY_MS;
    await this.#try('old measures could not be put together', () => store.fold(options.retention));
  }

  async #write(): Promise<void> {
    const { recorder, store, logger } = this.parts;
    for (const { writer, minutes, settle } of recorder.pending()) {
      const refused = await store.write(writer, minutes);
      settle();
      if (refused > 0) logger.warn('what was measured came too late to be counted', { minutes: refused });
    }
  }

  /** Up to now: in coarse steps, then in minutes. */
  async #hearAll(): Promise<void> {
    const { store, options } = this.parts;
    const nowAt = store.clock.now();
    const cutAt = Math.floor((nowAt - START_STEP_MS) / START_STEP_MS) * START_STEP_MS;
    await this.#hear(nowAt - Math.min(5 * options.memoryMs, MOST_START_MS), cutAt, START_STEP_MS);
    this.#heardUntilAt = cutAt + LOOK_BACK_MS;
    await this.#hearNew();
  }

  async #hearNew(): Promise<void> {
    const nowAt = this.parts.store.clock.now();
    const fromAt = Math.floor((this.#heardUntilAt - LOOK_BACK_MS) / MINUTE_MS) * MINUTE_MS;
    await this.#hear(fromAt, nowAt + MINUTE_MS, MINUTE_MS);
    this.#heardUntilAt = nowAt;
  }

  async #hear(fromAt: number, toAt: number, everyMs: number): Promise<void> {
    const { store, recorder, book } = this.parts;
    const by = ['release', 'capability', 'writer'] as const;
    const groups = await store.read({ fromAt, toAt, by, everyMs, isBrief: true });
    for (const news of this.#heard.hear(groups, recorder.writer, store.clock.now())) book.learn(news);
  }

  #take(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }

  async #try(failure: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.parts.logger.warn(failure, { error: messageOf(error) });
    }
  }
}
