import { Injectable, Optional } from '@nestjs/common';
import { Clock, EventBus, newId } from '../common/index.js';
import { StatusHistoryStore, type StatusHistoryPage } from './status-history.store.js';
import { IllegalStatusTransitionError, UnknownStatusError } from './status.errors.js';
import { StatusChanged, StatusRefused } from './status.events.js';
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

/**
 * Knows the status of each registered release, changes it by the rules, and answers for its past.
 *
 * Changes of one release are applied one after the other, each checked against the status that it finds. A change is first
 * written to the history, then put in force, then told to others; when it cannot be written, nothing happens.
 * @publicApi
 */
@Injectable()
export class StatusService {
  readonly #live = new Map<string, MutableLiveStatus>();
  readonly #turns = new Turns();

  constructor(
    private readonly clock: Clock,
    private readonly events: EventBus,
    private readonly store: StatusHistoryStore,
    @Optional() private readonly rules: StatusRules = new StatusRules(),
  ) {}

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
      const open = this.#live.get(release);
      if (open !== undefined) return open;
      const last = await this.#lastTransition(release);
      if (last?.kind === 'changed' && (last.to === status || outlivesRestart(last))) {
        const resumed = { release, status: last.to, since: last.at };
        this.#live.set(release, resumed);
        return resumed;
      }
      const from = last === undefined ? null : last.kind === 'closed' ? last.from : last.to;
      const entry = await this.#recordChange(release, { from, to: status }, cause);
      const opened = { release, status, since: entry.at };
      this.#live.set(release, opened);
      this.events.publish(StatusChanged, entry);
      return opened;
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
      const { status: from } = this.get(release);
      await this.store.append(Object.freeze({ kind: 'closed', ...this.#facts(release, cause), from }));
      this.#live.delete(release);
    });
  }

  /**
   * Changes the status of a release. Resolves with the entry that was recorded, or with `undefined` when the release has
   * this status already, which is no transition and leaves no entry.
   *
   * @throws STATUS_TRANSITION_ILLEGAL when the rules forbid it; it is recorded as refused
   * @throws STATUS_UNKNOWN, STATUS_INPUT_INVALID
   */
  async change(
    release: string,
    to: AgentStatus,
    cause: StatusCause,
  ): Promise<StatusChangedEntry | undefined> {
    checkStatus('status', to);
    checkCause(cause);
    return this.#turns.take(release, async () => {
      const live = this.#getMutable(release);
      const from = live.status;
      if (from === to) return undefined;
      if (!this.rules.isAllowed(from, to)) return this.#refuse(live, to, cause);
      const entry = await this.#recordChange(release, { from, to }, cause);
      live.status = to;
      live.since = entry.at;
      this.events.publish(StatusChanged, entry);
      return entry;
    });
  }

  /** The live handle of a release; `undefined` when it is not registered. */
  find(release: string): LiveStatus | undefined {
    return this.#live.get(release);
  }

  /**
   * The live handle of a release.
   * @throws STATUS_UNKNOWN when it is not registered: an unknown release has no status, not even `inactive`
   */
  get(release: string): LiveStatus {
    return this.#getMutable(release);
  }

  /** The registered releases that have a status now, in the order they were opened. */
  byStatus(status: AgentStatus): string[] {
    const releases: string[] = [];
    for (const live of this.#live.values()) if (live.status === status) releases.push(live.release);
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

  #getMutable(release: string): MutableLiveStatus {
    const live = this.#live.get(release);
    if (live === undefined) throw new UnknownStatusError(release);
    return live;
  }

  async #lastTransition(release: string): Promise<StatusTransition | undefined> {
    return (await this.store.transitionsSince(release, Number.MAX_SAFE_INTEGER)).at(-1);
  }

  async #recordChange(
    release: string,
    step: Pick<StatusChangedEntry, 'from' | 'to'>,
    cause: StatusCause,
  ): Promise<StatusChangedEntry> {
    const entry = Object.freeze({ kind: 'changed' as const, ...this.#facts(release, cause), ...step });
    await this.store.append(entry);
    return entry;
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

/** Whether a status was given on purpose and so is not overturned by what the next start of the process happens to find. */
function outlivesRestart({ to, triggeredBy }: StatusChangedEntry): boolean {
  return to === 'inactive' || (to === 'maintenance' && triggeredBy !== 'health-monitor');
}
