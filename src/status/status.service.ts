import { Injectable, Optional, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock, EventBus, newId, type Cancel } from '../common/index.js';
import { StatusHistoryStore, type StatusHistoryPage } from './status-history.store.js';
import { IllegalStatusTransitionError, UnknownStatusError } from './status.errors.js';
import { StatusChanged, StatusClosedElsewhere, StatusRefused } from './status.events.js';
import { checkCause, checkKinds, checkLimit, checkStatus, hoursToMs } from './status.input.js';
import { StatusRules } from './status.machine.js';
import type {
  AgentStatus,
  LiveStatus,
  StatusCause,
  StatusChangedEntry,
  StatusEntryKind,
  StatusTransition,
} from './status.types.js';
import { Turns } from './turns.js';
import { computeUptime, type Uptime } from './uptime.js';

/** How much of a history is wanted. */
export interface StatusHistoryOptions {
  /** How far back from now, greater than 0, at most 8 784 (366 days); default 24. */
  readonly hours?: number;
  /** Entries in a page, 1 to 500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
  /** Default: all. */
  readonly kinds?: readonly StatusEntryKind[];
}

type MutableLiveStatus = { -readonly [Field in keyof LiveStatus]: LiveStatus[Field] };

/** A release that is open here. */
interface OpenStatus {
  readonly live: MutableLiveStatus;
  /** The transition that its next one has to follow. */
  last: StatusTransition;
}

/** When a history that could not be read is read again. */
const RETRY_MS = 1_000;

/**
 * Knows the status of each registered release, changes it by the rules, and answers for its past.
 *
 * Changes of one release are applied one after the other, each checked against the status that it finds. A change is first
 * written to the history, then put in force, then told to others; when it cannot be written, nothing happens.
 *
 * Nodes that have the same release share its history. What another node adds is put in force and told here too, soon after;
 * of changes that nodes make at once, each is checked against the one that was written before it.
 * @publicApi
 */
@Injectable()
export class StatusService implements OnModuleInit, OnModuleDestroy {
  readonly #open = new Map<string, OpenStatus>();
  readonly #turns = new Turns();
  #cancelHearing: Cancel = () => {};
  #cancelRetry: Cancel | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly events: EventBus,
    private readonly store: StatusHistoryStore,
    @Optional() private readonly rules: StatusRules = new StatusRules(),
  ) {}

  /** Begins to hear of what other nodes add to histories. */
  onModuleInit(): void {
    this.#cancelHearing = this.store.onForeignAppend((release) => this.#catchUpSoon(release));
  }

  onModuleDestroy(): void {
    this.#cancelHearing();
    this.#cancelRetry?.();
  }

  /**
   * Gives a release its status at registration and returns its live handle. Registration is no transition, so the rules
   * have no say in it:
   * - A release that is open already keeps everything: the same handle comes back, nothing is recorded.
   * - One without history starts it with this status; one that was closed goes on from its last status with this one.
   * - One whose history goes on without having been closed (the process was started anew) gets this status too, unless
   *   somebody had taken it out of service: `inactive` and `maintenance` outlive a restart, except for the maintenance of
   *   a recovery, which ended with the process that was recovering it.
   *
   * @throws STATUS_INPUT_INVALID
   */
  async open(release: string, status: AgentStatus, cause: StatusCause): Promise<LiveStatus> {
    checkStatus('status', status);
    checkCause(cause);
    return this.#turns.take(release, async () => {
      const open = this.#open.get(release);
      if (open !== undefined) return open.live;
      for (;;) {
        const last = await this.#lastTransition(release);
        if (last?.kind === 'changed' && (last.to === status || outlivesRestart(last)))
          return this.#hold(last);
        const from = last === undefined ? null : last.kind === 'closed' ? last.from : last.to;
        const entry = this.#changedEntry(release, { from, to: status }, cause);
        // Where another node was faster, what it has written is looked at first.
        if (!(await this.store.appendAfter(entry, last?.id ?? null))) continue;
        const live = this.#hold(entry);
        this.events.publish(StatusChanged, entry);
        return live;
      }
    });
  }

  /**
   * Takes the status away from a release that is unregistered. Its history stays readable; until it is opened again its
   * time counts as unobserved. Not meant for the end of the process: a release that is merely stopped stays open.
   *
   * @throws STATUS_UNKNOWN, STATUS_INPUT_INVALID
   */
  async close(release: string, cause: StatusCause): Promise<void> {
    checkCause(cause);
    return this.#turns.take(release, async () => {
      const open = this.#getOpen(release);
      // Where another node has closed it, it is closed.
      while (open.last.kind !== 'closed') {
        const { id } = open.last;
        const { status: from } = open.live;
        const entry = Object.freeze({ kind: 'closed' as const, ...this.#facts(release, cause), from });
        if (await this.store.appendAfter(entry, id)) break;
        await this.#catchUp(release);
      }
      this.#open.delete(release);
    });
  }

  /** Gives the handle of a release up that another node has closed: nothing is recorded, whatever has been since. */
  async letGo(release: string): Promise<void> {
    await this.#turns.take(release, async () => this.#open.delete(release));
  }

  /**
   * Changes the status of a release. Resolves with the entry that was recorded, or with `undefined` when the release has
   * this status already, which is no transition and leaves no entry.
   *
   * @param isStill asked when it is this change's turn, and again behind another node's: whether it is still wanted; where it is
   * not, nothing happens. For parts of Cadre that must not overrule what somebody set meanwhile
   * @throws STATUS_TRANSITION_ILLEGAL when the rules forbid it; it is recorded as refused
   * @throws STATUS_UNKNOWN, STATUS_INPUT_INVALID
   */
  async change(
    release: string,
    to: AgentStatus,
    cause: StatusCause,
    isStill: (live: LiveStatus) => boolean = always,
  ): Promise<StatusChangedEntry | undefined> {
    checkStatus('status', to);
    checkCause(cause);
    return this.#turns.take(release, async () => {
      const open = this.#getOpen(release);
      for (;;) {
        const from = open.live.status;
        if (from === to || !isStill(open.live)) return undefined;
        if (!this.rules.isAllowed(from, to)) return this.#refuse(open.live, to, cause);
        const entry = this.#changedEntry(release, { from, to }, cause);
        if (await this.store.appendAfter(entry, open.last.id)) {
          this.#putInForce(open, entry);
          return entry;
        }
        await this.#catchUp(release);
      }
    });
  }

  /** The live handle of a release; `undefined` when it is not registered. */
  find(release: string): LiveStatus | undefined {
    return this.#open.get(release)?.live;
  }

  /**
   * The live handle of a release.
   * @throws STATUS_UNKNOWN when it is not registered: an unknown release has no status, not even `inactive`
   */
  get(release: string): LiveStatus {
    return this.#getOpen(release).live;
  }

  /** The registered releases that have a status now, in the order they were opened. */
  byStatus(status: AgentStatus): string[] {
    const releases: string[] = [];
    for (const { live } of this.#open.values()) if (live.status === status) releases.push(live.release);
    return releases;
  }

  /**
   * A page of what happened to the status of a release, newest first; also of one that is unregistered by now.
   * @throws STATUS_UNKNOWN when it was never registered
   * @throws STATUS_INPUT_INVALID
   */
  async history(release: string, options: StatusHistoryOptions = {}): Promise<StatusHistoryPage> {
    const { hours = 24, limit = 50, cursor, kinds } = options;
    const fromAt = this.clock.now() - hoursToMs(hours);
    checkLimit(limit);
    if (kinds !== undefined) checkKinds(kinds);
    if ((await this.store.earliest(release)) === undefined) throw new UnknownStatusError(release);
    return this.store.list({ release, fromAt, kinds, limit, cursor });
  }

  /**
   * How a release spent the last hours; also one that is unregistered by now.
   * @throws STATUS_UNKNOWN when it was never registered
   * @throws STATUS_INPUT_INVALID
   */
  async uptime(release: string, { hours = 24 }: { readonly hours?: number } = {}): Promise<Uptime> {
    const windowEndAt = this.clock.now();
    const windowStartAt = windowEndAt - hoursToMs(hours);
    const transitions = await this.store.transitionsSince(release, windowStartAt);
    if (transitions.length === 0) throw new UnknownStatusError(release);
    return computeUptime(transitions, { windowStartAt, windowEndAt });
  }

  #getOpen(release: string): OpenStatus {
    const open = this.#open.get(release);
    if (open === undefined) throw new UnknownStatusError(release);
    return open;
  }

  #hold(last: StatusChangedEntry): LiveStatus {
    const { release, to: status, at: since, triggeredBy } = last;
    const live = { release, status, since, triggeredBy };
    this.#open.set(last.release, { live, last });
    return live;
  }

  #putInForce(open: OpenStatus, entry: StatusChangedEntry): void {
    open.last = entry;
    open.live.status = entry.to;
    open.live.since = entry.at;
    open.live.triggeredBy = entry.triggeredBy;
    this.events.publish(StatusChanged, entry);
  }

  async #lastTransition(release: string): Promise<StatusTransition | undefined> {
    return (await this.store.transitionsSince(release, Number.MAX_SAFE_INTEGER)).at(-1);
  }

  /** Catches up on one release, or on all; where the history cannot be read now, on all of them a little later. */
  #catchUpSoon(release?: string): void {
    for (const each of release === undefined ? this.#open.keys() : [release]) {
      this.#turns
        .take(each, () => this.#catchUp(each))
        .catch(() => {
          this.#cancelRetry ??= this.clock.schedule(RETRY_MS, () => {
            this.#cancelRetry = undefined;
            this.#catchUpSoon();
          });
        });
    }
  }

  /** Puts in force what another node has written last. The caller has the turn of the release. */
  async #catchUp(release: string): Promise<void> {
    const open = this.#open.get(release);
    if (open === undefined) return;
    const last = await this.#lastTransition(release);
    if (last === undefined || last.id === open.last.id) return;
    if (last.kind === 'changed') return this.#putInForce(open, last);
    open.last = last;
    this.events.publish(StatusClosedElsewhere, last);
  }

  #changedEntry(
    release: string,
    step: Pick<StatusChangedEntry, 'from' | 'to'>,
    cause: StatusCause,
  ): StatusChangedEntry {
    return Object.freeze({ kind: 'changed' as const, ...this.#facts(release, cause), ...step });
  }

  async #refuse({ release, status: from }: LiveStatus, to: AgentStatus, cause: StatusCause): Promise<never> {
    const allowed = this.rules.allowedFrom(from);
    const facts = this.#facts(release, cause);
    const entry = Object.freeze({ kind: 'refused' as const, ...facts, from, to, allowed });
    await this.store.append(entry);
    this.events.publish(StatusRefused, entry);
    throw new IllegalStatusTransitionError(release, from, to, allowed);
  }

  #facts(release: string, { reason, triggeredBy, correlationId }: StatusCause) {
    const id = newId();
    return {
      id,
      release,
      at: this.clock.now(),
      reason,
      triggeredBy,
      correlationId: correlationId ?? id,
    };
  }
}

const always = (): boolean => true;

/** Whether a status was given on purpose and so is not overturned by what the next start of the process happens to find. */
function outlivesRestart({ to, triggeredBy }: StatusChangedEntry): boolean {
  return to === 'inactive' || (to === 'maintenance' && triggeredBy !== 'health-monitor');
}
