import { drawExponential, SeededRandom } from '../../../common/index.js';
import { planCapacity } from './capacity-plan.js';
import { measureLoad, type LoadBucket, type LoadRecords } from './measured-load.js';
import type { QueueLoad } from './queue-model.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_AT = Date.UTC(2030, 0, 1);

/** Ten erlangs. */
const LOAD: QueueLoad = { arrivalsPerSecond: 5, meanServiceMs: 2_000, serviceScv: 1, arrivalScv: 1 };

describe('a capacity plan', () => {
  it('says how many more agents bring the p95 wait under 2 s, and what the wait is before and after', () => {
    const plan = planCapacity({
      load: LOAD,
      servers: 10,
      slotsPerAgent: 1,
      target: { waitMs: 2_000, quantile: 0.95 },
    });
    expect(plan.now).toMatchObject({ servers: 10, utilizationRatio: 1, p95WaitMs: Infinity });
    expect(plan.addAgents).toBe(3);
    expect(plan.after).toMatchObject({ servers: 13 });
    expect(plan.after!.p95WaitMs).toBeLessThanOrEqual(2_000);
    expect(plan.enough).toEqual(plan.after);
    const { after } = planCapacity({
      load: LOAD,
      servers: 12,
      slotsPerAgent: 1,
      target: { waitMs: Infinity },
    });
    expect(after!.meanWaitMs).toBeGreaterThan(plan.after!.meanWaitMs);
  });

  it('adds whole agents, and lets go only those that are not needed', () => {
    const planFor = (servers: number) =>
      planCapacity({ load: LOAD, servers, slotsPerAgent: 4, target: { waitMs: 2_000, quantile: 0.95 } });
    expect(planFor(8)).toMatchObject({ addAgents: 2, after: { servers: 16 } });
    expect(planFor(13)).toMatchObject({ addAgents: 0, after: { servers: 13 } });
    expect(planFor(16)).toMatchObject({ addAgents: 0, after: { servers: 16 } });
    expect(planFor(21)).toMatchObject({ addAgents: -2, after: { servers: 13 } });
  });

  it('goes by the mean where no share is named, and says that none is enough for a wait of never', () => {
    const plan = planCapacity({ load: LOAD, servers: 11, slotsPerAgent: 1, target: { waitMs: 100 } });
    expect(plan.after!.meanWaitMs).toBeLessThanOrEqual(100);
    expect(planCapacity({ load: LOAD, servers: 11, slotsPerAgent: 1, target: { waitMs: -1 } })).toMatchObject(
      {
        enough: undefined,
        addAgents: undefined,
        after: undefined,
      },
    );
  });
});

/** Attempts of one second each. */
function bucket(at: number, attempts: number): LoadBucket {
  return { at, attempts, busyMs: attempts * 1_000, busySquareMs2: attempts * 1_000_000 };
}

/** The same counts by the minute and by the hour. */
function recordsOf(perMinute: readonly number[], changes: Partial<LoadRecords> = {}): LoadRecords {
  const minutes = perMinute.map((attempts, minute) => bucket(START_AT + minute * MINUTE_MS, attempts));
  const hours = Array.from({ length: Math.ceil(perMinute.length / 60) }, (_, hour) =>
    bucket(
      START_AT + hour * HOUR_MS,
      perMinute.slice(hour * 60, hour * 60 + 60).reduce((sum, each) => sum + each, 0),
    ),
  );
  const nowAt = START_AT + perMinute.length * MINUTE_MS;
  return { hours, minutes, minutesFromAt: START_AT, nowAt, basis: 'busiest-hour', ...changes };
}

const constant = (minutes: number, perMinute: number): number[] => new Array<number>(minutes).fill(perMinute);

describe('the measured load', () => {
  it('is none where nothing was measured', () => {
    expect(measureLoad(recordsOf([]))).toBeUndefined();
  });

  it('is that of the busiest hour, or of all', () => {
    const perMinute = [...constant(60, 60), ...constant(60, 180), ...constant(30, 60)];
    const load = measureLoad(recordsOf(perMinute))!;
    expect(load).toMatchObject({
      arrivalsPerSecond: 3,
      attemptCount: 16_200,
      meanServiceMs: 1_000,
      serviceScv: 0,
    });
    expect(load.meanArrivalsPerSecond).toBeCloseTo(1.8, 9);
    expect(measureLoad(recordsOf(perMinute, { basis: 'mean' }))!.arrivalsPerSecond).toBeCloseTo(1.8, 9);
  });

  it('begins when there was something, by the minute where that is known', () => {
    const perMinute = [...constant(40, 0), ...constant(20, 60)];
    const minutes = perMinute.map((attempts, minute) => bucket(START_AT + minute * MINUTE_MS, attempts));
    const records = recordsOf(perMinute, { minutes: minutes.filter(({ attempts }) => attempts > 0) });
    expect(measureLoad(records)!.meanArrivalsPerSecond).toBeCloseTo(1, 9);
    const older = { ...records, minutes: [], minutesFromAt: START_AT + 2 * HOUR_MS };
    expect(measureLoad(older)!.meanArrivalsPerSecond).toBeCloseTo(1 / 3, 9);
  });

  it('takes no rate from a few minutes, unless there are no more', () => {
    const perMinute = [...constant(60, 60), ...constant(5, 600)];
    expect(measureLoad(recordsOf(perMinute))!.arrivalsPerSecond).toBeLessThan(2);
    expect(measureLoad(recordsOf([30]))!.arrivalsPerSecond).toBeCloseTo(0.5, 9);
  });

  it('tells how varied service is', () => {
    const hours = [{ at: START_AT, attempts: 100, busyMs: 100_000, busySquareMs2: 100 * 3_000_000 }];
    expect(measureLoad(recordsOf([100], { hours }))).toMatchObject({ serviceScv: 2, meanServiceMs: 1_000 });
    const idle = [{ at: START_AT, attempts: 10, busyMs: 0, busySquareMs2: 0 }];
    expect(measureLoad(recordsOf([10], { hours: idle }))).toMatchObject({ serviceScv: 0, meanServiceMs: 0 });
  });

  it('tells how even arrivals are, whatever the tide', () => {
    const random = new SeededRandom(5);
    const poisson = (mean: number): number => {
      let count = 0;
      for (let left = mean - drawExponential(random); left > 0; left -= drawExponential(random)) count += 1;
      return count;
    };
    const tide = Array.from({ length: 360 }, (_, minute) => poisson(40 + 30 * Math.sin(minute / 60)));
    expect(measureLoad(recordsOf(tide))!.arrivalScv).toBeCloseTo(1, 0);
    const bursts = tide.map((count, minute) => (minute % 3 === 0 ? 3 * count : 0));
    expect(measureLoad(recordsOf(bursts))!.arrivalScv).toBeGreaterThan(20);
    expect(measureLoad(recordsOf(constant(60, 10)))).toMatchObject({
      arrivalScv: 0,
      isArrivalScvMeasured: true,
    });
  });

  it('takes arrivals as Poisson where there are too few minutes, or attempts, to tell', () => {
    const unknown = { arrivalScv: 1, isArrivalScvMeasured: false };
    expect(measureLoad(recordsOf(constant(29, 60)))).toMatchObject(unknown);
    expect(measureLoad(recordsOf(constant(60, 1)))).toMatchObject(unknown);
  });

  it('counts whole minutes of the window only', () => {
    const records = recordsOf(constant(60, 10));
    const shifted = { ...records, nowAt: records.nowAt - 1, minutesFromAt: START_AT + 1 };
    expect(measureLoad({ ...shifted, minutes: [bucket(START_AT, 500), ...records.minutes] })).toMatchObject({
      arrivalScv: 0,
    });
  });
});
