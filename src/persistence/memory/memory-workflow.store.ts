import { isDeepStrictEqual } from 'node:util';
import { deepFreeze, type Cancel } from '../../common/index.js';
import { WorkflowStore, type StoredWorkflow } from '../../workflows/index.js';

/** Definitions in the memory of the process, without bound: there is one for each version that somebody stored. */
export class MemoryWorkflowStore extends WorkflowStore {
  /** By name, then by version. */
  readonly #workflows = new Map<string, Map<string, StoredWorkflow>>();

  async all(): Promise<readonly StoredWorkflow[]> {
    return [...this.#workflows.values()].flatMap((versions) => [...versions.values()]);
  }

  async save(workflow: StoredWorkflow): Promise<boolean> {
    // As JSON, for a store on disk would give back nothing else, and for nobody may change it from outside.
    const copy = deepFreeze(JSON.parse(JSON.stringify(workflow)) as StoredWorkflow);
    const versions = this.#workflows.get(copy.name) ?? new Map<string, StoredWorkflow>();
    const present = versions.get(copy.version);
    if (present !== undefined) return isDeepStrictEqual(present.definition, copy.definition);
    this.#workflows.set(copy.name, versions.set(copy.version, copy));
    return true;
  }

  async remove(name: string, version?: string): Promise<number> {
    const versions = this.#workflows.get(name);
    if (versions === undefined) return 0;
    const count = version === undefined ? versions.size : Number(versions.delete(version));
    if (version === undefined || versions.size === 0) this.#workflows.delete(name);
    return count;
  }

  /** Never calls: nobody else can change what is in this memory. */
  onChange(_listener: () => void): Cancel {
    return () => {};
  }
}
