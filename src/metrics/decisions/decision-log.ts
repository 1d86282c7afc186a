import type { Decision } from './decision.types.js';

/** Which decisions are wanted. */
export interface DecisionQuery {
  readonly capability?: string | undefined;
  /** The agent that was chosen. */
  readonly agent?: string | undefined;
  readonly strategy?: string | undefined;
  readonly workflow?: string | undefined;
  readonly tenant?: string | undefined;
  /** Of this instant or later, or earlier than that, in milliseconds since the epoch. */
  readonly fromAt?: number | undefined;
  readonly toAt?: number | undefined;
  /** At least 1; the caller bounds it. */
  readonly limit: number;
  /** The `nextCursor` of the page before, for the same filters. */
  readonly cursor?: string | undefined;
}

/** A part of a list, newest first. */
export interface DecisionPage {
  readonly items: readonly Decision[];
  /** Leads to the next, older page. What is in it is the log's own affair. */
  readonly nextCursor: string | null;
}

/**
 * Keeps choices that were carried out, each with what it went by and what came of it.
 *
 * The order of a log is the order of recording. It is bounded: old decisions are forgotten, and those that come faster than they
 * can be kept are dropped. Nothing but knowledge depends on them.
 */
export abstract class DecisionLog {
  /** Keeps a decision, in the turn in which its attempt ends: it neither waits nor throws. */
  abstract record(decision: Decision): void;

  /** Those of a task that are kept, in the order of its attempts; also what was recorded only just now. */
  abstract ofTask(taskId: string): Promise<readonly Decision[]>;

  /** A page of decisions, newest first. What is recorded between two pages shifts neither. @throws CURSOR_INVALID */
  abstract list(query: DecisionQuery): Promise<DecisionPage>;

  /** Resolves when all that was recorded is kept, or given up. */
  abstract settle(): Promise<void>;

  /** Settles, and keeps nothing further. */
  abstract close(): Promise<void>;
}
