import type { Clock } from '../common/index.js';
import type { RunStore } from './runs/run.store.js';

/** The resolved options of workflows. */
export const WORKFLOW_OPTIONS = Symbol.for('cadre.workflow-options');

/** The {@link RunStores} of the process. */
export const RUN_STORES = Symbol.for('cadre.run-stores');

/** A store that outlives the process, and the clock of its runs: one for all nodes, whatever those of their machines say. */
export interface DurableRuns {
  readonly store: RunStore;
  readonly clock: Clock;
}

/** Where runs are kept. */
export interface RunStores {
  readonly memory: RunStore;
  /** Absent without a database: then all runs end with the process. */
  readonly durable?: DurableRuns;
}
