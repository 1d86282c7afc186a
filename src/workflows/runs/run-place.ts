import type { Clock } from '../../common/index.js';
import type { PreparedWorkflow } from './prepared-workflow.js';
import type { PlanCache } from './plan-cache.js';
import type { RunHost } from './run-host.js';
import type { RunWatch } from './run-watch.js';
import type { RunStore } from './run.store.js';

/** Definitions whose presence in the store is remembered. */
const MAX_REMEMBERED = 1_000;

/** What a place is put together from. */
export interface RunPlaceInit {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly host: RunHost;
  readonly watch: RunWatch;
  readonly plans: PlanCache;
  /** Whether the store outlives the process, and so forgets no definition. */
  readonly isDurable: boolean;
}

/** Where runs are kept and executed: in memory, or in the database. */
export class RunPlace {
  readonly #kept = new Set<string>();

  readonly store: RunStore;
  readonly clock: Clock;
  readonly host: RunHost;
  readonly watch: RunWatch;
  readonly plans: PlanCache;
  readonly #isDurable: boolean;

  constructor({ store, clock, host, watch, plans, isDurable }: RunPlaceInit) {
    this.store = store;
    this.clock = clock;
    this.host = host;
    this.watch = watch;
    this.plans = plans;
    this.#isDurable = isDurable;
  }

  /** Has the definition kept for the runs of it. */
  async keep({ hash, bundle, plan }: PreparedWorkflow): Promise<void> {
    this.plans.add(hash, plan);
    if (this.#kept.has(hash)) return;
    if (!this.#isDurable) return this.store.saveBundle(hash, bundle);
    await this.store.saveBundle(hash, bundle);
    if (this.#kept.size >= MAX_REMEMBERED) this.#kept.clear();
    this.#kept.add(hash);
  }

  /** Lets what is under way end, hands the rest back, and lets go of the store. */
  async close(): Promise<void> {
    await this.host.drained();
    this.watch.close();
    await this.host.close();
  }
}
