import type { SubstituteDefinition, WorkflowDefinition } from '../../orchestration/index.js';
import { AgentDependents, type AgentDependent, type Demand } from '../../registry/index.js';
import { actionsOf, referencesOf } from './references.js';
import type { WorkflowLibrary } from './workflow-library.js';

/**
 * Tells which agents workflows need: the current version of each, with all that it runs inside of it, fallbacks and undos too. Older
 * versions are not asked, nor are runs under way: they choose agents late, and wait or fail as their steps say.
 */
export class WorkflowDependents extends AgentDependents {
  constructor(private readonly library: Pick<WorkflowLibrary, 'names' | 'find'>) {
    super();
  }

  all(): readonly AgentDependent[] {
    return this.library.names().flatMap((reference) => {
      const entry = this.library.find(reference);
      if (entry === undefined) return [];
      const name = `the workflow ${entry.name}@${entry.version}`;
      return { name, demands: this.#demandsOf(entry.definition, new Set()) };
    });
  }

  #demandsOf(definition: WorkflowDefinition, seen: Set<WorkflowDefinition>): Demand[] {
    if (seen.has(definition)) return [];
    seen.add(definition);
    const nested = referencesOf(definition).map((reference) => this.library.find(reference)?.definition);
    return [
      ...actionsOf(definition).flatMap(demandOf),
      ...nested.flatMap((each) => (each === undefined ? [] : this.#demandsOf(each, seen))),
    ];
  }
}

function demandOf(action: SubstituteDefinition): Demand[] {
  if ('workflow' in action) return [];
  const { capability, agent, region, tags } = action;
  const residency = typeof action.residency === 'string' ? [action.residency] : action.residency;
  return capability === undefined && agent === undefined
    ? []
    : [{ capability, agent, region, residency, tags }];
}
