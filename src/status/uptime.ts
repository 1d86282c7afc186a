import type { AgentStatus, StatusEntry, StatusTransition } from './status.types.js';

/** Epoch milliseconds between which uptime is asked for. */
export interface UptimeWindow {
  readonly windowStartAt: number;
  readonly windowEndAt: number;
}

/**
 * How a release spent a window of time. All times are unrounded milliseconds; the five parts sum to the window.
 * @publicApi
 */
export interface Uptime {
  /** Where the observed window starts: the start that was asked for, or the first registration when that is later. */
  readonly windowStartAt: number;
  readonly windowEndAt: number;
  /** `active`. */
  readonly upMs: number;
  /** `maintenance`, also as a part of an outage. */
  readonly plannedDownMs: number;
  /** `failed`. */
  readonly unplannedDownMs: number;
  /** `inactive`: deliberately off, counted neither for nor against. */
  readonly offMs: number;
  /** Between being unregistered and being registered again; like off, not counted. */
  readonly unobservedMs: number;
  /** Up time over the window without the off and unobserved parts, 0 to 1; `null` when nothing is left of it. */
  readonly uptimeRatio: number | null;
  /** Changes to another status within the window; a first registration is none. */
  readonly statusChanges: number;
  /** Outages of which any moment lies in the window. */
  readonly outages: number;
  /** Mean operating time between failures, see {@link computeUptime}. */
  readonly mtbfMs: number | null;
  /** Mean time to restoration, see {@link computeUptime}. */
  readonly mttrMs: number | null;
}

/** A stretch of time after one transition and before the next. */
interface Spell {
  readonly startAt: number;
  readonly endAt: number;
  readonly transition: StatusTransition;
}

interface Outage {
  readonly startAt: number;
  endAt: number;
  isRestored: boolean;
}

type Part = 'upMs' | 'plannedDownMs' | 'unplannedDownMs' | 'offMs' | 'unobservedMs';

const PART_OF_STATUS: Readonly<Record<AgentStatus, Part>> = {
  active: 'upMs',
  maintenance: 'plannedDownMs',
  failed: 'unplannedDownMs',
  inactive: 'offMs',
};

/**
 * Integrates a status history over a window, exactly: the instants are whole milliseconds, and nothing is rounded.
 *
 * **State.** The state at an instant is that of the last transition, in the order of appending, that is not later. So a
 * clock that was set back makes no negative part: its newer readings are believed, and what an older entry claims about
 * the time after them is given up. Entries later than the window's end count as made at its end.
 *
 * **Outages.** An outage starts when a release fails and ends when it is active again, switched off or unregistered. The
 * maintenance that follows a failure is its repair and belongs to the outage, whatever number of failed repairs there
 * are; maintenance before a failure was planned and does not.
 *
 * **MTBF** is the up time over the number of outages that start in the window; `null` when none does. **MTTR** is the
 * mean length of the outages that end in the window with the release active, repair included, counted from the window's
 * start for one already under way by then; `null` when there is none. Terms after IEC 60050-192:2015: mean operating
 * time between failures, mean time to restoration. An outage still under way has no length yet; it shows in `outages`.
 *
 * @param entries oldest first, as `StatusHistoryStore.transitionsSince` gives them for the window's start; refused ones are skipped
 */
export function computeUptime(entries: readonly StatusEntry[], window: UptimeWindow): Uptime {
  const spells = toSpells(entries, window.windowEndAt);
  const startAt = Math.min(
    Math.max(window.windowStartAt, spells[0]?.startAt ?? window.windowEndAt),
    window.windowEndAt,
  );
  const parts: Record<Part, number> = {
    upMs: 0,
    plannedDownMs: 0,
    unplannedDownMs: 0,
    offMs: 0,
    unobservedMs: 0,
  };
  for (const spell of spells) {
    parts[partOf(spell.transition)] += Math.max(0, spell.endAt - Math.max(spell.startAt, startAt));
  }
  const countedMs = parts.upMs + parts.plannedDownMs + parts.unplannedDownMs;
  return {
    windowStartAt: startAt,
    windowEndAt: window.windowEndAt,
    ...parts,
    uptimeRatio: countedMs === 0 ? null : parts.upMs / countedMs,
    statusChanges: spells.filter((spell) => spell.startAt > window.windowStartAt && isChange(spell)).length,
    ...summarizeOutages(findOutages(spells), window.windowStartAt, parts.upMs),
  };
}

function toSpells(entries: readonly StatusEntry[], windowEndAt: number): Spell[] {
  const spells: Spell[] = [];
  let endAt = windowEndAt;
  // From the newest to the oldest, so that no spell starts after the one that follows it.
  for (const transition of entries.toReversed()) {
    if (transition.kind === 'refused') continue;
    const startAt = Math.min(transition.at, endAt);
    spells.push({ startAt, endAt, transition });
    endAt = startAt;
  }
  return spells.reverse();
}

function partOf(transition: StatusTransition): Part {
  return transition.kind === 'closed' ? 'unobservedMs' : PART_OF_STATUS[transition.to];
}

function isChange({ transition }: Spell): boolean {
  return transition.kind === 'changed' && transition.from !== null && transition.from !== transition.to;
}

/** Down by a failure: failed, or in the repair that follows. */
function isOut(transition: StatusTransition): boolean {
  if (transition.kind === 'closed') return false;
  return transition.to === 'failed' || (transition.to === 'maintenance' && transition.from === 'failed');
}

function findOutages(spells: readonly Spell[]): Outage[] {
  const outages: Outage[] = [];
  let current: Outage | undefined;
  for (const { startAt, endAt, transition } of spells) {
    if (isOut(transition)) {
      if (current === undefined) {
        current = { startAt, endAt, isRestored: false };
        outages.push(current);
      }
      current.endAt = endAt;
    } else if (current !== undefined) {
      current.isRestored = partOf(transition) === 'upMs';
      current = undefined;
    }
  }
  return outages;
}

function summarizeOutages(
  all: readonly Outage[],
  windowStartAt: number,
  upMs: number,
): Pick<Uptime, 'outages' | 'mtbfMs' | 'mttrMs'> {
  const outages = all.filter(({ endAt }) => endAt > windowStartAt);
  const failures = outages.filter(({ startAt }) => startAt > windowStartAt).length;
  const restored = outages.filter(({ isRestored }) => isRestored);
  const restoringMs = restored.reduce(
    (sum, { startAt, endAt }) => sum + endAt - Math.max(startAt, windowStartAt),
    0,
  );
  return {
    outages: outages.length,
    mtbfMs: failures === 0 ? null : upMs / failures,
    mttrMs: restored.length === 0 ? null : restoringMs / restored.length,
  };
}
