import fc from 'fast-check';
import { changedEntry, closedEntry, historyOf, refusedEntry } from '../testing/builders/status-entries.js';
import { AGENT_STATUSES, type AgentStatus, type StatusEntry } from './status.types.js';
import { computeUptime, type Uptime } from './uptime.js';

const RELEASE = 'writer@1.0.0';
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_AT = Date.UTC(2030, 0, 15);

/** A history told in hours before now. */
const hoursAgo = (...steps: readonly [number, AgentStatus][]): StatusEntry[] =>
  historyOf(
    RELEASE,
    ...steps.map(([hours, status]): [number, AgentStatus] => [NOW_AT - hours * HOUR_MS, status]),
  );

const lastHours = (hours: number, entries: readonly StatusEntry[]): Uptime =>
  computeUptime(entries, { windowStartAt: NOW_AT - hours * HOUR_MS, windowEndAt: NOW_AT });

const percent = ({ uptimeRatio }: Uptime): number => Number(((uptimeRatio ?? NaN) * 100).toFixed(2));

const downMinutes = ({ plannedDownMs, unplannedDownMs }: Uptime): number =>
  (plannedDownMs + unplannedDownMs) / MINUTE_MS;

describe('uptime', () => {
  it('is 100 % for a release that was active all the time, without any change in the window (ST-17)', () => {
    const uptime = lastHours(24, hoursAgo([48, 'active']));
    expect(uptime).toMatchObject({ uptimeRatio: 1, upMs: 24 * HOUR_MS, statusChanges: 0, outages: 0 });
    expect(downMinutes(uptime)).toBe(0);
  });

  it('is 0 % for a release that was failed all the time, without any change in the window (ST-17)', () => {
    const uptime = lastHours(24, hoursAgo([48, 'failed']));
    expect(uptime).toMatchObject({
      uptimeRatio: 0,
      unplannedDownMs: 24 * HOUR_MS,
      statusChanges: 0,
      outages: 1,
    });
  });

  it('does not count the time before registration as down (ST-18)', () => {
    const registeredAt = NOW_AT - SECOND_MS;
    const entries = historyOf(RELEASE, [registeredAt, 'active']);
    const uptime = computeUptime(entries, { windowStartAt: NOW_AT - 24 * HOUR_MS, windowEndAt: NOW_AT });
    expect(uptime).toMatchObject({
      windowStartAt: registeredAt,
      uptimeRatio: 1,
      upMs: SECOND_MS,
      statusChanges: 0,
    });
    expect(downMinutes(uptime)).toBe(0);
  });

  it('counts each leg of an outage: failed for 1 h, in maintenance for 2 h, active: 180 min (ST-19)', () => {
    const uptime = lastHours(24, hoursAgo([48, 'active'], [5, 'failed'], [4, 'maintenance'], [2, 'active']));
    expect(downMinutes(uptime)).toBe(180);
    expect(uptime).toMatchObject({ unplannedDownMs: HOUR_MS, plannedDownMs: 2 * HOUR_MS, statusChanges: 3 });
    expect(percent(uptime)).toBe(87.5);
  });

  it('counts all of a down time that goes on: maintenance for 9 h, failed for 1 h: 600 min, 58.33 % (ST-20)', () => {
    const uptime = lastHours(24, hoursAgo([48, 'active'], [10, 'maintenance'], [1, 'failed']));
    expect(downMinutes(uptime)).toBe(600);
    expect(percent(uptime)).toBe(58.33);
    expect(uptime).toMatchObject({ outages: 1, mttrMs: null });
  });

  it('does not start anew when failed is set again: failed for 10 h, again 1 h ago: 58.33 % (ST-21)', () => {
    const uptime = lastHours(24, hoursAgo([48, 'active'], [10, 'failed'], [1, 'failed']));
    expect(percent(uptime)).toBe(58.33);
    expect(uptime).toMatchObject({ unplannedDownMs: 10 * HOUR_MS, statusChanges: 1, outages: 1 });
  });

  it('leaves the time that a release was deliberately off out of the ratio', () => {
    const uptime = lastHours(24, hoursAgo([48, 'active'], [12, 'inactive'], [6, 'active'], [3, 'failed']));
    expect(uptime).toMatchObject({ offMs: 6 * HOUR_MS, upMs: 15 * HOUR_MS, unplannedDownMs: 3 * HOUR_MS });
    expect(uptime.uptimeRatio).toBe(15 / 18);
  });

  it.each([
    ['off all the time', hoursAgo([48, 'inactive']), { offMs: 24 * HOUR_MS }],
    [
      'unregistered all the time',
      [...hoursAgo([48, 'active']), closedEntry(RELEASE, NOW_AT - 30 * HOUR_MS, 'active')],
      { unobservedMs: 24 * HOUR_MS },
    ],
    ['without history', [], { windowStartAt: NOW_AT, windowEndAt: NOW_AT }],
    ['registered this instant', hoursAgo([0, 'active']), { windowStartAt: NOW_AT }],
  ])('has no ratio for a release %s', (_case, entries, expected) => {
    expect(lastHours(24, entries)).toMatchObject({ ...expected, uptimeRatio: null, upMs: 0 });
  });

  it('does not observe a release between its closing and its next registration', () => {
    const entries = [
      changedEntry(RELEASE, NOW_AT - 20 * HOUR_MS, null, 'active'),
      closedEntry(RELEASE, NOW_AT - 16 * HOUR_MS, 'active'),
      changedEntry(RELEASE, NOW_AT - 4 * HOUR_MS, 'active', 'failed'),
    ];
    expect(lastHours(24, entries)).toMatchObject({
      upMs: 4 * HOUR_MS,
      unobservedMs: 12 * HOUR_MS,
      unplannedDownMs: 4 * HOUR_MS,
      uptimeRatio: 0.5,
      statusChanges: 1,
    });
  });

  it('counts changes after the start of the window, up to its end', () => {
    const entries = hoursAgo([30, 'active'], [24, 'failed'], [12, 'maintenance'], [0, 'active']);
    expect(lastHours(24, entries).statusChanges).toBe(2);
  });

  it('counts changes that follow the registration within the same millisecond', () => {
    expect(lastHours(24, hoursAgo([1, 'active'], [1, 'maintenance'], [1, 'active'])).statusChanges).toBe(2);
  });

  it('skips refused entries', () => {
    const [opened, failed] = hoursAgo([48, 'active'], [6, 'failed']);
    const uptime = lastHours(24, [opened!, failed!, refusedEntry(RELEASE, NOW_AT - HOUR_MS)]);
    expect(uptime).toMatchObject({ unplannedDownMs: 6 * HOUR_MS, statusChanges: 1 });
  });

  it('believes the newer reading of a clock that was set back, without negative parts', () => {
    const entries = hoursAgo([10, 'active'], [2, 'failed'], [6, 'maintenance'], [5, 'active']);
    expect(lastHours(24, entries)).toMatchObject({
      upMs: 9 * HOUR_MS,
      unplannedDownMs: 0,
      plannedDownMs: HOUR_MS,
      statusChanges: 3,
    });
  });

  it('takes entries from after the end of the window as made at its end', () => {
    const uptime = lastHours(24, hoursAgo([10, 'active'], [-5, 'failed']));
    expect(uptime).toMatchObject({
      upMs: 10 * HOUR_MS,
      unplannedDownMs: 0,
      uptimeRatio: 1,
      statusChanges: 1,
    });
  });

  it('is empty for a window that ends before it starts', () => {
    const uptime = computeUptime(hoursAgo([48, 'active']), {
      windowStartAt: NOW_AT,
      windowEndAt: NOW_AT - 1,
    });
    expect(uptime).toMatchObject({ windowStartAt: NOW_AT - 1, upMs: 0, uptimeRatio: null });
  });
});

describe('outages', () => {
  it('include the maintenance that follows a failure, not the one before it', () => {
    const entries = hoursAgo(
      [48, 'active'],
      [12, 'maintenance'],
      [10, 'failed'],
      [9, 'maintenance'],
      [7, 'active'],
    );
    expect(lastHours(24, entries)).toMatchObject({ outages: 1, mttrMs: 3 * HOUR_MS, mtbfMs: 19 * HOUR_MS });
  });

  it('go on over repairs that fail', () => {
    const entries = hoursAgo(
      [48, 'active'],
      [10, 'failed'],
      [9, 'maintenance'],
      [8, 'failed'],
      [7, 'maintenance'],
      [6, 'active'],
    );
    expect(lastHours(24, entries)).toMatchObject({ outages: 1, mttrMs: 4 * HOUR_MS, mtbfMs: 20 * HOUR_MS });
  });

  it('average to MTBF and MTTR', () => {
    const entries = hoursAgo(
      [48, 'active'],
      [20, 'failed'],
      [19, 'maintenance'],
      [18, 'active'],
      [10, 'failed'],
      [6, 'maintenance'],
      [4, 'active'],
    );
    expect(lastHours(24, entries)).toMatchObject({ outages: 2, mttrMs: 4 * HOUR_MS, mtbfMs: 8 * HOUR_MS });
  });

  it('count from the start of the window when they began before it, and are no failure within it', () => {
    const entries = hoursAgo([48, 'active'], [30, 'failed'], [25, 'maintenance'], [20, 'active']);
    expect(lastHours(24, entries)).toMatchObject({ outages: 1, mttrMs: 4 * HOUR_MS, mtbfMs: null });
  });

  it('do not count when they ended by the start of the window', () => {
    const entries = hoursAgo([48, 'active'], [30, 'failed'], [26, 'maintenance'], [24, 'active']);
    expect(lastHours(24, entries)).toMatchObject({ outages: 0, mttrMs: null, mtbfMs: null });
  });

  it('have no length while they last', () => {
    const entries = hoursAgo([48, 'active'], [6, 'failed'], [2, 'maintenance']);
    expect(lastHours(24, entries)).toMatchObject({ outages: 1, mttrMs: null, mtbfMs: 18 * HOUR_MS });
  });

  it('end without a restoration when the release is switched off or unregistered', () => {
    const off = hoursAgo([48, 'active'], [6, 'failed'], [2, 'inactive']);
    const closed = [
      ...hoursAgo([48, 'active'], [6, 'failed']),
      closedEntry(RELEASE, NOW_AT - HOUR_MS, 'failed'),
    ];
    expect(lastHours(24, off)).toMatchObject({ outages: 1, mttrMs: null });
    expect(lastHours(24, closed)).toMatchObject({ outages: 1, mttrMs: null });
  });

  it('are two when a release that was unregistered while failed is registered as failed', () => {
    const entries = [
      ...hoursAgo([48, 'active'], [6, 'failed']),
      closedEntry(RELEASE, NOW_AT - 4 * HOUR_MS, 'failed'),
      changedEntry(RELEASE, NOW_AT - 2 * HOUR_MS, 'failed', 'failed'),
    ];
    expect(lastHours(24, entries)).toMatchObject({ outages: 2, unobservedMs: 2 * HOUR_MS });
  });

  it('count for a release that is broken from its registration on', () => {
    const entries = hoursAgo([6, 'failed'], [5, 'maintenance'], [3, 'active']);
    expect(lastHours(24, entries)).toMatchObject({ outages: 1, mttrMs: 3 * HOUR_MS, mtbfMs: 3 * HOUR_MS });
  });
});

/** A history whose steps lie on whole seconds; a negative step is a clock that was set back. */
function histories(leastStep: number): fc.Arbitrary<StatusEntry[]> {
  const step = fc.record({
    seconds: fc.integer({ min: leastStep, max: 90 }),
    to: fc.option(fc.constantFrom(...AGENT_STATUSES), { freq: 8 }),
  });
  return fc
    .tuple(fc.integer({ min: 0, max: 200 }), fc.array(step, { maxLength: 25 }))
    .map(([start, steps]) => {
      let at = start * SECOND_MS;
      let status: AgentStatus = 'active';
      const entries: StatusEntry[] = [changedEntry(RELEASE, at, null, status)];
      for (const { seconds, to } of steps) {
        at += seconds * SECOND_MS;
        entries.push(to === null ? closedEntry(RELEASE, at, status) : changedEntry(RELEASE, at, status, to));
        status = to ?? status;
      }
      return entries;
    });
}

const windows = fc
  .tuple(fc.integer({ min: -50, max: 1_500 }), fc.integer({ min: 0, max: 1_500 }))
  .map(([start, length]) => ({
    windowStartAt: start * SECOND_MS,
    windowEndAt: (start + length) * SECOND_MS,
  }));

/** The parts by asking, for each second of the window, which entry was the last one by then. */
function integrateBySeconds(entries: readonly StatusEntry[], from: number, to: number) {
  const parts = { active: 0, maintenance: 0, failed: 0, inactive: 0, closed: 0 };
  for (let at = from; at < to; at += SECOND_MS) {
    const entry = entries.findLast((candidate) => candidate.at <= at);
    if (entry !== undefined) parts[entry.kind === 'closed' ? 'closed' : entry.to] += SECOND_MS;
  }
  return [parts.active, parts.maintenance, parts.failed, parts.inactive, parts.closed];
}

const partsOf = (uptime: Uptime): number[] => [
  uptime.upMs,
  uptime.plannedDownMs,
  uptime.unplannedDownMs,
  uptime.offMs,
  uptime.unobservedMs,
];

describe('uptime of any history', () => {
  it('equals what integration second by second gives, also when the clock was set back', () => {
    fc.assert(
      fc.property(histories(-60), windows, (entries, window) => {
        const expected = integrateBySeconds(entries, window.windowStartAt, window.windowEndAt);
        expect(partsOf(computeUptime(entries, window))).toEqual(expected);
      }),
    );
  });

  it('has parts that are not negative and sum to the window, on any instants', () => {
    const instants = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 1e13 }), fc.constantFrom(...AGENT_STATUSES)),
    );
    const bounds = fc.tuple(fc.integer({ min: 0, max: 1e13 }), fc.integer({ min: 0, max: 1e13 }));
    fc.assert(
      fc.property(instants, bounds, (steps, [windowStartAt, windowEndAt]) => {
        const uptime = computeUptime(historyOf(RELEASE, ...steps), { windowStartAt, windowEndAt });
        const parts = partsOf(uptime);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(uptime.windowEndAt - uptime.windowStartAt);
      }),
    );
  });

  it('needs no more of the past than the transition in force when the window starts', () => {
    fc.assert(
      fc.property(histories(-60), windows, (entries, window) => {
        const inForce = entries.findLastIndex(({ at }) => at <= window.windowStartAt);
        const needed = entries.slice(Math.max(inForce, 0));
        expect(computeUptime(needed, window)).toEqual(computeUptime(entries, window));
      }),
    );
  });

  it('has outages that cover its failed time and no up time', () => {
    fc.assert(
      fc.property(histories(0), windows, (entries, window) => {
        const uptime = computeUptime(entries, window);
        if (uptime.unplannedDownMs > 0) expect(uptime.outages).toBeGreaterThan(0);
        const downMs = uptime.plannedDownMs + uptime.unplannedDownMs;
        expect((uptime.mttrMs ?? 0) <= downMs).toBe(true);
        expect((uptime.mtbfMs ?? 0) <= uptime.upMs).toBe(true);
      }),
    );
  });
});
