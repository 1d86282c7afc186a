import type { DecisionOptions, MetricsOptions } from './metrics/index.js';
import type { HealthOptions } from './health/index.js';
import type { OrchestrationOptions } from './orchestration/index.js';
import type { DatabaseOptions } from './persistence/index.js';
import type { QuotaDefinition } from './quotas/index.js';
import type { RegistryOptions } from './registry/index.js';
import type { SelectionOptions } from './selection/index.js';
import type { TransitionTable } from './status/index.js';
import type { WorkflowsOptions } from './workflows/index.js';

/** Everything that can be set about Cadre; all of it has defaults. */
export interface CadreOptions {
  /** Which status may follow which; default: the table in ARCHITECTURE.md. */
  readonly statusTransitions?: TransitionTable;
  readonly registry?: RegistryOptions;
  readonly metrics?: MetricsOptions;
  /** How choices are recorded. */
  readonly decisions?: DecisionOptions;
  readonly selection?: SelectionOptions;
  /** How agents are watched, and kept from tasks that they would fail. */
  readonly health?: HealthOptions;
  readonly orchestration?: OrchestrationOptions;
  /**
   * Where status, history, workflows and runs are kept: a Postgres by its `url`, else an embedded database in `dataDir`. Default: in
   * memory, where they end with the process.
   */
  readonly database?: DatabaseOptions;
  readonly workflows?: WorkflowsOptions;
  /** Limits and budgets; default: none. More can be set at run time. */
  readonly quotas?: readonly QuotaDefinition[];
}
