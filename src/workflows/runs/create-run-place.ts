import type { EngineParts } from '../engine/execution.js';
import type { WorkflowBundle, WorkflowPlan } from '../plan/plan.types.js';
import { PlanCache } from './preparation/plan-cache.js';
import { RunHost, type RunHostSettings } from './run-host.js';
import { RunPlace } from './run-place.js';
import { RunWatch } from './run-watch.js';
import type { RunStore } from './run.store.js';

/** What a place for runs is made of. */
export interface RunPlaceParts {
  readonly store: RunStore;
  readonly engine: EngineParts;
  readonly compile: (bundle: WorkflowBundle) => WorkflowPlan;
  readonly settings: RunHostSettings;
}

/** Puts a store, the host of its runs and those who watch them together. */
export function createRunPlace({ store, engine, compile, settings }: RunPlaceParts): RunPlace {
  const plans = new PlanCache(compile);
  const watch = new RunWatch(store, engine.clock, engine.logger);
  const host = new RunHost({ store, engine, plans, watch, settings });
  return new RunPlace({ store, clock: engine.clock, host, watch, plans });
}
