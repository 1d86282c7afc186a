import type { Demand } from '../cluster/demand.js';

/** Something that is no agent and cannot do without some. */
export interface AgentDependent {
  /** As it is named to people: `the workflow market_brief@1.0.0`. */
  readonly name: string;
  /** What it asks for; each must be met by somebody. */
  readonly demands: readonly Demand[];
}

/** Tells who needs agents, beside other agents: asked before releases leave. */
export abstract class AgentDependents {
  abstract all(): readonly AgentDependent[];
}
