import type { Clock } from '../../common/index.js';
import type { PreparedWorkflow } from './preparation/prepared-workflow.js';
import type { PlanCache } from './preparation/plan-cache.js';
import type { RunHost } from './run-host.js';
import type { RunWatch } from './run-watch.js';
import type { RunStore } from './run.store.js';

/** What a place is put together from. */
export interface RunPlaceInit {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly host: RunHost;
  readonly watch: RunWatch;
  readonly plans: PlanCache;
}

/** Where runs are kept and executed: in memory, or in the database. */
export class RunPlace {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly host: RunHost;
  readonly watch: RunWatch;
  readonly plans: PlanCache;

  constructor({ store, clock, host, watch, plans }: RunPlaceInit) {
    this.store = store;
    this.clock = clock;
    this.host = host;
    this.watch = watch;
    this.plans = plans;
  }

  /** Has the definition kept for the runs of it. */
  async keep({ hash, bundle, plan }: PreparedWorkflow): Promise<void> {
    this.plans.add(hash, plan);
    await this.store.saveBundle(hash, bundle);
  }

  /** Lets what is under way end, hands the rest back, and lets go of the store. */
  async close(): Promise<void> {
    await this.host.drained();
    this.watch.close();
    await this.host.close();
  }
}
