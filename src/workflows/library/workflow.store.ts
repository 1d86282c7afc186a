import type { Cancel } from '../../common/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';

/** A version of a workflow that was stored over REST or from code. Its definition never changes. */
export interface StoredWorkflow {
  readonly name: string;
  readonly version: string;
  readonly definition: WorkflowDefinition;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Keeps definitions, each version once. */
export abstract class WorkflowStore {
  abstract all(): Promise<readonly StoredWorkflow[]>;

  /** `false` when this version is there already with another content; the same content again is fine. */
  abstract save(workflow: StoredWorkflow): Promise<boolean>;

  /** Removes one version, or all; how many there were. */
  abstract remove(name: string, version?: string): Promise<number>;

  /** Hears of changes that other nodes made; of all that come after a later {@link all} has answered. */
  abstract onChange(listener: () => void): Cancel;
}
