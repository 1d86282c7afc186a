import { messageOf, newId, type Cancel, type Clock, type Logger } from '../../common/index.js';
import type { RunNudge } from '../../workflows/index.js';
import type { Database, SqlSession } from '../sql/database.js';
import { DueTimes } from './jobs/due-times.js';
import { Nudges } from './nudges.js';

const CHANNEL = 'cadre_runs';

/** How often a node looks for work that nobody told it of. */
const POLL_MS = 1_000;

/** How long work may wait for this node before the others are told of it. */
const SHARE_DELAY_MS = 100;

/**
 * Tells this node, and where it must be the others, what has changed for runs.
 *
 * A notification takes a lock that all nodes share, so a run that is taken up where it was recorded, as most are, sends
 * none. Others hear of work that this node leaves lying, and look for themselves each second: a notification that is lost
 * costs a second at most.
 */
export class RunNews {
  readonly #nodeId = newId();
  readonly #nudges = new Nudges();
  readonly #dueTimes: DueTimes;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #isOpen = false;
  #hasUnclaimedWork = false;
  #stopListening: Cancel = () => {};
  #cancelPoll: Cancel = () => {};
  #cancelShare: Cancel | undefined;

  constructor(
    database: Database,
    parts: { readonly clock: Clock; readonly logger: Logger },
    /** Called when notifications may have been missed. */
    private readonly onGap: () => void,
  ) {
    this.#database = database;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#dueTimes = new DueTimes(parts.clock, () => this.tell({ kind: 'work' }));
  }

  async open(): Promise<void> {
    this.#stopListening = await this.#database.listen(CHANNEL, (payload) => this.#hear(payload));
    this.#isOpen = true;
    this.#poll();
  }

  close(): void {
    this.#isOpen = false;
    this.#stopListening();
    this.#cancelPoll();
    this.#cancelShare?.();
    this.#cancelShare = undefined;
    this.#dueTimes.clear();
  }

  onNudge(listener: (nudge: RunNudge) => void): Cancel {
    return this.#nudges.add(listener);
  }

  /** Tells this node. */
  tell(nudge: RunNudge): void {
    this.#nudges.tell(nudge);
  }

  /** Tells the other nodes, once the transaction of the session commits. */
  async tellOthers(nudge: RunNudge, session: SqlSession): Promise<void> {
    await this.#database.notify(CHANNEL, JSON.stringify({ from: this.#nodeId, nudge }), session);
  }

  /** There is a run to be claimed: tells this node, and the others when it does not take it. */
  tellOfWork(): void {
    this.#hasUnclaimedWork = true;
    if (this.#isOpen) this.#cancelShare ??= this.#clock.schedule(SHARE_DELAY_MS, () => this.#share());
    this.tell({ kind: 'work' });
  }

  /** A run is to be claimed when the time has passed. */
  tellOfWorkIn(delayMs: number): void {
    if (this.#isOpen) this.#dueTimes.add(delayMs);
  }

  /** This node has taken all there was. */
  noteNoWorkLeft(): void {
    this.#hasUnclaimedWork = false;
  }

  #share(): void {
    this.#cancelShare = undefined;
    if (!this.#hasUnclaimedWork || !this.#isOpen) return;
    this.tellOthers({ kind: 'work' }, this.#database).catch((error: unknown) => {
      this.#logger.debug('other nodes were not told of work', { error: messageOf(error) });
    });
  }

  #poll(): void {
    this.#cancelPoll = this.#clock.schedule(POLL_MS, () => {
      this.#poll();
      this.tell({ kind: 'work' });
    });
  }

  /** An empty payload says that the connection was lost for a while. */
  #hear(payload: string): void {
    if (payload === '') {
      this.onGap();
      this.tell({ kind: 'work' });
      return;
    }
    const { from, nudge } = JSON.parse(payload) as { readonly from: string; readonly nudge: RunNudge };
    if (from !== this.#nodeId) this.tell(nudge);
  }
}
