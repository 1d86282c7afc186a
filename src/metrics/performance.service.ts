import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventBus, type Cancel } from '../common/index.js';
import { AgentUnregistered } from '../registry/index.js';
import { PerformanceBook } from './estimates/performance-book.js';
import { RollupKeeper } from './rollups/rollup-keeper.js';

/**
 * Answers for how agents have performed.
 * @publicApi
 */
@Injectable()
export class PerformanceService implements OnApplicationBootstrap, OnApplicationShutdown {
  #cancel: Cancel = () => {};

  constructor(
    private readonly book: PerformanceBook,
    private readonly keeper: RollupKeeper,
    private readonly events: EventBus,
  ) {}

  /** Begins with what was measured before this process. */
  async onApplicationBootstrap(): Promise<void> {
    this.#cancel = this.events.subscribe(AgentUnregistered, ({ release }) => this.book.forget(release.id));
    await this.keeper.open();
  }

  /** Writes what there is, as tasks have ended by now. */
  async onApplicationShutdown(): Promise<void> {
    this.#cancel();
    await this.keeper.close();
  }
}
