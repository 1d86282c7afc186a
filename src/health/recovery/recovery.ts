import { messageOf, type Cancel, type EventBus, type Logger, type RandomSource } from '../../common/index.js';
import { AgentUnregistered, type Catalog, type Release } from '../../registry/index.js';
import {
  IllegalStatusTransitionError,
  MAX_REASON_LENGTH,
  StatusChanged,
  type AgentStatus,
  type LiveStatus,
  type StatusChangedEntry,
  type StatusService,
} from '../../status/index.js';
import { RecoveryEnded } from '../health.events.js';
import { RecoveryInterruptedError } from '../health.errors.js';
import { mend, type MendParts } from './mend.js';

/** What recovery works with. */
export interface RecoveryParts extends MendParts {
  readonly catalog: Catalog;
  readonly status: StatusService;
  readonly random: RandomSource;
  readonly events: EventBus;
  readonly logger: Logger;
}

/** How it stands with bringing a release back, on this node. */
export interface RecoveryState {
  /** Attempts in a row, the present one included. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly isUnderWay: boolean;
  /** There will be no further attempt until a person has set another status. */
  readonly isGivenUp: boolean;
  /** Milliseconds until the next attempt. */
  readonly nextInMs?: number;
}

/** A release that is to be brought back, or was a while ago. */
interface Case {
  attempts: number;
  dueMs: number;
  /** When the last attempt ended. */
  endedMs: number;
  /** Ends the attempt that is under way. */
  controller: AbortController | undefined;
  end: Promise<void>;
  /** When the release was seen in a recovery that is not of this node; `undefined` while it is not. */
  foreignSinceMs: number | undefined;
}

/** How a release came to need recovery: it is `failed`, or only its instances here are unwell. */
type Need = 'failed' | 'unwell';

/** What a node that recovers a release may be late by before others take it for gone. */
const FOREIGN_GRACE_MS = 15_000;

/** Beyond it the cap of the options rules anyway. */
const MAX_DOUBLINGS = 30;

/**
 * Brings releases back: `failed → maintenance → recover(), health checks → active`, or back to `failed` and again later.
 *
 * What a person set is never overruled, and whatever a person sets ends it. Of several nodes, the one whose change to
 * `maintenance` is recorded recovers, with its own instances. Where another node's are healthy, so that the release is in service,
 * a node recovers its own without a change of status.
 */
export class Recovery {
  readonly #cases = new Map<Release, Case>();
  #cancels: Cancel[] = [];

  constructor(private readonly parts: RecoveryParts) {}

  /** Follows what others do to releases. */
  open(): void {
    const { events } = this.parts;
    this.#cancels = [
      events.subscribe(StatusChanged, (entry) => this.#onStatusChanged(entry)),
      events.subscribe(AgentUnregistered, ({ release }) => this.#drop(release, 'it was unregistered')),
    ];
  }

  /** Gives up what is under way, and resolves once that is recorded. */
  async close(): Promise<void> {
    for (const cancel of this.#cancels.splice(0)) cancel();
    const ends = [...this.#cases.values()].map(({ end }) => end);
    for (const release of this.#cases.keys()) this.#drop(release, 'the process is about to stop');
    await Promise.all(ends);
  }

  /** Begins the attempts that are due. */
  tick(): void {
    const { catalog, clock, options } = this.parts;
    if (!options.isOn) return;
    const nowMs = clock.monotonicMs();
    for (const release of catalog.all()) {
      if (release.isDraining) continue;
      const need = needOf(release);
      if (need !== undefined) this.#consider(release, need, nowMs);
      else if (isRecovering(release)) this.#watchForeign(release, nowMs);
      else this.#settle(release, nowMs);
    }
  }

  /** `undefined` for a release that needs none and needed none lately. */
  stateOf(release: Release): RecoveryState | undefined {
    const found = this.#cases.get(release);
    if (found === undefined) return undefined;
    const { maxAttempts } = this.parts.options;
    const { attempts, controller, dueMs } = found;
    const isUnderWay = controller !== undefined;
    const isGivenUp = !isUnderWay && attempts >= maxAttempts && needOf(release) !== undefined;
    const isPlanned = !isUnderWay && !isGivenUp && needOf(release) !== undefined;
    const nextInMs = isPlanned ? Math.max(dueMs - this.parts.clock.monotonicMs(), 0) : undefined;
    return { attempts, maxAttempts, isUnderWay, isGivenUp, nextInMs };
  }

  #consider(release: Release, need: Need, nowMs: number): void {
    const found = this.#cases.get(release);
    if (found === undefined) {
      // Instances that are well, of a release that another node's have failed, need no patience.
      const delayMs = release.isUnwell ? this.#delayMs(0) : 0;
      this.#cases.set(release, newCase(nowMs + delayMs));
      return;
    }
    found.foreignSinceMs = undefined;
    const { controller, attempts, dueMs } = found;
    if (controller !== undefined || attempts >= this.parts.options.maxAttempts || nowMs < dueMs) return;
    found.controller = new AbortController();
    found.end = this.#attempt(release, need, found);
  }

  /** Never rejects. */
  async #attempt(release: Release, need: Need, found: Case): Promise<void> {
    const { logger, clock } = this.parts;
    const { signal } = found.controller as AbortController;
    try {
      if (need === 'unwell') await this.#mend(release, found, undefined, signal);
      else {
        const claim = await this.#claim(release, found.attempts + 1);
        if (claim !== undefined) await this.#mend(release, found, claim, signal);
      }
    } catch (error) {
      // Rules of the application's own may know no way back.
      if (error instanceof IllegalStatusTransitionError) found.attempts = this.parts.options.maxAttempts;
      logger.error('a recovery could not be recorded', { agent: release.id, error: messageOf(error) });
    } finally {
      found.controller = undefined;
      found.endedMs = clock.monotonicMs();
      found.dueMs = found.endedMs + this.#delayMs(found.attempts);
    }
  }

  /** Nothing when somebody was faster. */
  #claim(release: Release, attempt: number): Promise<StatusChangedEntry | undefined> {
    const reason = `recovery, attempt ${attempt} of ${this.parts.options.maxAttempts}`;
    const { statusSince } = release;
    return this.#change(release, 'maintenance', reason, ({ status, since }) => {
      return status === 'failed' && since === statusSince;
    });
  }

  async #mend(
    release: Release,
    found: Case,
    claim: StatusChangedEntry | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const attempt = (found.attempts += 1);
    const problem = await mend(release, signal, this.parts);
    const { maxAttempts } = this.parts.options;
    const isGivenUp = problem !== undefined && attempt >= maxAttempts;
    if (claim !== undefined) {
      const which = `recovery, attempt ${attempt} of ${maxAttempts}`;
      const rest = isGivenUp ? '; there will be no further one, a person has to look' : '';
      const reason =
        problem === undefined ? `${which}: it is well again` : `${which} failed: ${problem}${rest}`;
      const isOurs = ({ status, since, triggeredBy }: LiveStatus): boolean =>
        status === 'maintenance' && since === claim.at && triggeredBy === 'health-monitor';
      await this.#change(release, problem === undefined ? 'active' : 'failed', reason, isOurs);
    }
    const isRecovered = problem === undefined;
    this.parts.events.publish(RecoveryEnded, { release, attempt, isRecovered, problem, isGivenUp });
  }

  /** A node that was recovering a release may have died over it. */
  #watchForeign(release: Release, nowMs: number): void {
    const { checks, options } = this.parts;
    const found = this.#cases.get(release) ?? newCase(nowMs);
    this.#cases.set(release, found);
    if (found.controller !== undefined) return;
    found.foreignSinceMs ??= nowMs;
    const { successes } = checks.thresholdsOf(release);
    const checkMs = successes * (release.manifest.healthCheckTimeoutMs + options.probeIntervalMs);
    if (nowMs - found.foreignSinceMs < options.recoverTimeoutMs + checkMs + FOREIGN_GRACE_MS) return;
    found.foreignSinceMs = nowMs;
    const { statusSince } = release;
    const isStill = ({ status, since }: LiveStatus): boolean =>
      status === 'maintenance' && since === statusSince;
    this.#change(release, 'failed', 'a recovery did not come to its end', isStill).catch((error: unknown) =>
      this.parts.logger.error('a recovery could not be ended', {
        agent: release.id,
        error: messageOf(error),
      }),
    );
  }

  /** Attempts are counted anew for a release that has stayed well. */
  #settle(release: Release, nowMs: number): void {
    const found = this.#cases.get(release);
    if (found === undefined || found.controller !== undefined) return;
    found.foreignSinceMs = undefined;
    const isOver = nowMs - found.endedMs >= this.parts.options.resetAfterMs;
    if (found.attempts === 0 || isOver) this.#cases.delete(release);
  }

  #onStatusChanged({ release: id, triggeredBy }: StatusChangedEntry): void {
    if (!triggeredBy.startsWith('user:')) return;
    for (const release of this.#cases.keys()) {
      if (release.id === id) this.#drop(release, `${triggeredBy} has taken over`);
    }
  }

  #drop(release: Release, reason: string): void {
    this.#cases.get(release)?.controller?.abort(new RecoveryInterruptedError(release.id, reason));
    this.#cases.delete(release);
  }

  #change(
    { id }: Release,
    to: AgentStatus,
    reason: string,
    isStill: (live: LiveStatus) => boolean,
  ): Promise<StatusChangedEntry | undefined> {
    const cause = { reason: reason.slice(0, MAX_REASON_LENGTH), triggeredBy: 'health-monitor' } as const;
    return this.parts.status.change(id, to, cause, isStill);
  }

  #delayMs(attempts: number): number {
    const { options, random } = this.parts;
    const full = Math.min(options.delayMs * 2 ** Math.min(attempts, MAX_DOUBLINGS), options.maxDelayMs);
    return Math.min(full * (1 + options.jitterRatio * (2 * random.next() - 1)), options.maxDelayMs);
  }
}

function newCase(dueMs: number): Case {
  return {
    attempts: 0,
    dueMs,
    endedMs: dueMs,
    controller: undefined,
    end: Promise.resolve(),
    foreignSinceMs: undefined,
  };
}

/** What a person or another part of Cadre took out of service is theirs to bring back. */
function needOf({ status, statusTrigger, isUnwell }: Release): Need | undefined {
  if (status === 'active' && isUnwell) return 'unwell';
  const isObserved = statusTrigger === 'health-monitor' || statusTrigger === 'system';
  return status === 'failed' && isObserved ? 'failed' : undefined;
}

function isRecovering({ status, statusTrigger }: Release): boolean {
  return status === 'maintenance' && statusTrigger === 'health-monitor';
}
