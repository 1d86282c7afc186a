import fc from 'fast-check';
import { SeededRandom } from '../../../common/index.js';
import { arrivalsFor, LOAD_POINTS, waitErrorAt, waitErrorOf } from '../../../testing/trials/load-points.js';
import { draws, simulateQueue, type Draw } from '../../../testing/trials/queue-simulation.js';
import { fewestServers, MAX_SERVERS, predictWait, waitQuantileMs, type QueueLoad } from './queue-model.js';

const SERVICE_MS = 1_000;

/** A load at which so many servers are busy on average. */
function loadOf(erlangs: number, { serviceScv = 1, arrivalScv = 1 } = {}): QueueLoad {
  return { arrivalsPerSecond: erlangs, meanServiceMs: SERVICE_MS, serviceScv, arrivalScv };
}

interface Kind {
  readonly name: string;
  readonly servers: number;
  readonly serviceScv: number;
  readonly arrivalScv: number;
  readonly between: (random: SeededRandom) => Draw;
  readonly service: (random: SeededRandom) => Draw;
}

const exponential = (random: SeededRandom): Draw => draws.exponential(random);

/** Where Allen and Cunneen are known to be good: one server, or service that is not much less variable than exponential, at a high load. */
const KINDS: readonly Kind[] = [
  {
    name: 'constant service, 1 server',
    servers: 1,
    serviceScv: 0,
    arrivalScv: 1,
    between: exponential,
    service: draws.constant,
  },
  {
    name: 'Erlang-2 service, 1 server',
    servers: 1,
    serviceScv: 0.5,
    arrivalScv: 1,
    between: exponential,
    service: (random) => draws.erlang(random, 2),
  },
  {
    name: 'service of scv 4, 1 server',
    servers: 1,
    serviceScv: 4,
    arrivalScv: 1,
    between: exponential,
    service: (random) => draws.hyperexponential(random, 4),
  },
  {
    name: 'constant service, 4 servers',
    servers: 4,
    serviceScv: 0,
    arrivalScv: 1,
    between: exponential,
    service: draws.constant,
  },
  {
    name: 'service of scv 2, 4 servers',
    servers: 4,
    serviceScv: 2,
    arrivalScv: 1,
    between: exponential,
    service: (random) => draws.hyperexponential(random, 2),
  },
  {
    name: 'Erlang-2 arrivals, 2 servers',
    servers: 2,
    serviceScv: 1,
    arrivalScv: 0.5,
    between: (random) => draws.erlang(random, 2),
    service: exponential,
  },
];

describe('the predicted wait', () => {
  it('is within 10 % of the simulated one, or 1 % of the service time, at 30 loads from 0.5 to 0.95', () => {
    const off = LOAD_POINTS.map((point) => ({ ...point, error: waitErrorAt(point) }));
    expect(off.filter(({ error }) => error > 0.1)).toEqual([]);
  });

  it.each(KINDS)('is within that also for $name at 0.8 and 0.9', (kind) => {
    const { servers, serviceScv, arrivalScv } = kind;
    const off = [0.8, 0.9].map((utilizationRatio) => {
      const random = new SeededRandom(7);
      const simulated = simulateQueue({
        servers,
        utilizationRatio,
        arrivals: arrivalsFor(utilizationRatio, (serviceScv + arrivalScv) / 2),
        between: kind.between(random),
        service: kind.service(random),
      });
      const load = loadOf(servers * utilizationRatio, { serviceScv, arrivalScv });
      return waitErrorOf(predictWait(load, servers).meanWaitMs, simulated.mean * SERVICE_MS, SERVICE_MS);
    });
    expect(Math.max(...off)).toBeLessThan(0.1);
  });

  it('has the quantile that is simulated', () => {
    const random = new SeededRandom(3);
    const queue = { servers: 4, utilizationRatio: 0.85, arrivals: 500_000 };
    const simulated = simulateQueue({
      ...queue,
      between: draws.exponential(random),
      service: draws.exponential(random),
    });
    const prediction = predictWait(loadOf(3.4), 4);
    expect(prediction.waitProbability / simulated.waitedShare).toBeCloseTo(1, 1);
    expect(waitQuantileMs(prediction, 0.95) / 1_000 / simulated.p95).toBeCloseTo(1, 1);
  });

  it.each([
    [1, 0.5, 0.5],
    [2, 1, 1 / 3],
    [10, 8, 0.409],
    [100, 90, 0.217],
  ])('has the wait probability of the tables: %d servers at %d erlangs, %d', (servers, erlangs, expected) => {
    expect(predictWait(loadOf(erlangs), servers).waitProbability).toBeCloseTo(expected, 3);
  });

  it('is that of Pollaczek and Khinchine on one server', () => {
    const { meanWaitMs } = predictWait(loadOf(0.8, { serviceScv: 3 }), 1);
    expect(meanWaitMs).toBeCloseTo(((0.8 / 0.2) * 1_000 * (1 + 3)) / 2, 6);
  });

  it('is none without work, and none of work that comes and goes like clockwork', () => {
    expect(predictWait(loadOf(0), 0)).toMatchObject({ utilizationRatio: 0, meanWaitMs: 0 });
    const clockwork = predictWait(loadOf(1.5, { serviceScv: 0, arrivalScv: 0 }), 2);
    expect([clockwork.meanWaitMs, waitQuantileMs(clockwork, 0.99)]).toEqual([0, 0]);
  });

  it('is without end where as much comes as can be done, or more', () => {
    for (const servers of [0, 1, 2]) {
      const prediction = predictWait(loadOf(2), servers);
      expect(prediction).toMatchObject({ waitProbability: 1, meanWaitMs: Infinity });
      expect(waitQuantileMs(prediction, 0.5)).toBe(Infinity);
    }
  });

  it('stays finite and in order up to tens of thousands of servers', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 20_000 }),
      fc.double({ min: 0.01, max: 0.9999, noNaN: true }),
      (servers, utilizationRatio) => {
        const load = loadOf(servers * utilizationRatio);
        const [here, more] = [predictWait(load, servers), predictWait(load, servers + 1)];
        expect(here.waitProbability).toBeGreaterThanOrEqual(0);
        expect(here.waitProbability).toBeLessThanOrEqual(1);
        expect(here.meanWaitMs).toBeLessThan(Infinity);
        expect(more.meanWaitMs).toBeLessThanOrEqual(here.meanWaitMs);
        expect(waitQuantileMs(here, 0.95)).toBeLessThanOrEqual(waitQuantileMs(here, 0.99));
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});

describe('the fewest servers', () => {
  it('are enough, and one less is not', () => {
    const property = fc.property(
      fc.double({ min: 0.1, max: 200, noNaN: true }),
      fc.double({ min: 1, max: 5_000, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
      (erlangs, targetMs, serviceScv) => {
        const load = loadOf(erlangs, { serviceScv });
        const found = fewestServers(load, (each) => waitQuantileMs(each, 0.95) <= targetMs)!;
        expect(waitQuantileMs(predictWait(load, found.servers), 0.95)).toBeLessThanOrEqual(targetMs);
        expect(
          found.servers > 1 && waitQuantileMs(predictWait(load, found.servers - 1), 0.95) <= targetMs,
        ).toBe(false);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  it('are not found where no number is enough', () => {
    expect(fewestServers(loadOf(2 * MAX_SERVERS), ({ meanWaitMs }) => meanWaitMs < 1)).toBeUndefined();
  });
});
