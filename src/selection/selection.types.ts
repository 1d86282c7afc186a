import type { AgentManifest } from '../agents/index.js';
import type { AgentStatus } from '../status/index.js';

/** What a strategy sees of a release. Its properties are live; it has no way to the agent itself. */
export interface Candidate {
  /** `name@version`. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly manifest: AgentManifest;
  readonly status: AgentStatus;
  /** Tasks under way in this process. */
  readonly inFlight: number;
}

/** What is known of the task when an agent is selected for it. */
export interface SelectionRequest {
  readonly capability: string;
  /** The data type of the input; `undefined` when only asked who would be chosen. */
  readonly inputType?: string;
  /** Rough size of the input as JSON, in bytes; 0 when only asked who would be chosen. Worked out when asked for. */
  readonly inputBytes: number;
  /** When the task came to its first choice, in milliseconds since the epoch. */
  readonly at: number;
  readonly tenant?: string;
  readonly priority: 'normal' | 'urgent';
  readonly criticality: 'normal' | 'critical';
}

/** A strategy's answer. */
export interface Selection {
  /** The position of the chosen candidate in the list that was given. */
  readonly index: number;
  /** Why this one, for people; by a function where putting it in words takes long, which is called when somebody wants to know. */
  readonly reason: string | (() => string);
  /** One number for each candidate, in their order, where the strategy ranks by one; higher is better. By a function like the reason. */
  readonly scores?: readonly number[] | (() => readonly number[]);
  /** The probability with which this one was chosen, given the candidates; above 0, at most 1. Default 1. By a function like the reason. */
  readonly propensity?: number | (() => number);
  /** The probability of each candidate, in their order, where the strategy knows them. */
  readonly propensities?: readonly number[];
  /** What chance was drawn from, so that it can be drawn again. */
  readonly seed?: number;
  /**
   * What the strategy went by beside loads and the request: the same count of numbers for each candidate, one candidate after the
   * other, so that the choice can be repeated. Kept with the choice: not to be changed later.
   */
  readonly evidence?: readonly number[];
}

/** A choice as it was recorded, for a strategy to repeat it. */
export interface RecordedChoice {
  readonly candidates: readonly ConsideredCandidate[];
  readonly request: SelectionRequest;
  readonly seed?: number;
  readonly evidence?: readonly number[];
}

/** Why a release was not considered. */
export type ExclusionCode =
  | 'standby'
  | 'agent'
  | 'tried'
  | 'status'
  | 'draining'
  | 'health'
  | 'breaker'
  | 'ejected'
  | 'performance'
  | 'dependency'
  | 'region'
  | 'residency'
  | 'farther'
  | 'version'
  | 'tag'
  | 'context'
  | 'input'
  | 'quota'
  | 'capacity';

export interface Exclusion {
  readonly agent: string;
  readonly version: string;
  readonly code: ExclusionCode;
  readonly reason: string;
}

export interface ConsideredCandidate {
  readonly agent: string;
  readonly version: string;
  /** As it was when the choice was made, the task itself not counted. */
  readonly inFlight: number;
  readonly maxConcurrentTasks: number;
  readonly score?: number;
  readonly propensity?: number;
}

/** The result of selecting an agent for a task, with reasons. */
export interface Choice {
  readonly strategy: string;
  /** `undefined` when nobody could be chosen. */
  readonly chosen?: { readonly agent: string; readonly version: string };
  readonly reason: string;
  /** The probability with which it was chosen, given the candidates; 1 where chance had no part in it. */
  readonly propensity?: number;
  /** What chance was drawn from. */
  readonly seed?: number;
  readonly candidates: readonly ConsideredCandidate[];
  readonly excluded: readonly Exclusion[];
}
