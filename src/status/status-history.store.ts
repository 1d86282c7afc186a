import type { Cancel } from '../common/index.js';
import type { StatusEntry, StatusEntryKind, StatusTransition } from './status.types.js';

/** Which entries of a release are wanted. */
export interface StatusHistoryQuery {
  readonly release: string;
  /** Entries of this instant or later, in epoch milliseconds; default: from the first. */
  readonly fromAt?: number;
  /** Entries of this instant or earlier; default: to the last. */
  readonly toAt?: number;
  /** Default: all kinds. */
  readonly kinds?: readonly StatusEntryKind[];
  /** Entries in a page, at least 1; the caller bounds it. */
  readonly limit: number;
  /** The `nextCursor` of the page before, for the same release and filters. */
  readonly cursor?: string;
}

/** A part of a history, newest first. */
export interface StatusHistoryPage {
  readonly items: readonly StatusEntry[];
  /** Leads to the next, older page; `null` when there is none. What is in it is the store's own affair. */
  readonly nextCursor: string | null;
}

/**
 * Keeps what happened to the status of each release.
 *
 * The order of a history is the order of appending, whatever the instants in it say: clocks are set back now and then. A
 * store may forget old entries, and must then keep three promises:
 * 1. The first entry of a release is never forgotten.
 * 2. Before the oldest refused entry that is kept (the first aside), the transition that was in force then is kept.
 * 3. {@link transitionsSince} never bridges a hole: it gives no transition from before one that is forgotten.
 *
 * So uptime is exact over the window that it reports; one that reaches into what is forgotten starts where that ends.
 */
export abstract class StatusHistoryStore {
  /** Adds an entry behind all others of its release. When it rejects, nothing was added. */
  abstract append(entry: StatusEntry): Promise<void>;

  /**
   * Adds a transition like {@link append}, but only right behind the one that is given; `false`, and nothing is added, when
   * another node has put one in between. A store that nobody else writes to need not look.
   *
   * @param _lastTransitionId the id of the transition that the entry follows; null for the first one of its release
   */
  async appendAfter(entry: StatusTransition, _lastTransitionId: string | null): Promise<boolean> {
    await this.append(entry);
    return true;
  }

  /**
   * Hears of each release to whose history another node has added, soon after; without a name, that any may have been added to.
   * A store that nobody else writes to never calls.
   */
  onForeignAppend(_listener: (release: string | undefined) => void): Cancel {
    return () => {};
  }

  /**
   * A page of entries, newest first. What is appended between two pages shifts neither: no entry is skipped or given twice.
   * @throws STATUS_INPUT_INVALID when the cursor is none of this store's
   */
  abstract list(query: StatusHistoryQuery): Promise<StatusHistoryPage>;

  /**
   * What uptime from an instant on needs, oldest first: the last transition, in the order of appending, that is not later
   * than `sinceAt`, and all transitions behind it; all there are when each is later. Empty for a release without history.
   */
  abstract transitionsSince(release: string, sinceAt: number): Promise<readonly StatusTransition[]>;

  /** The entry that opened the history of a release; `undefined` when there is no history. */
  abstract earliest(release: string): Promise<StatusEntry | undefined>;
}
