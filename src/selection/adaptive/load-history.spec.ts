import fc from 'fast-check';
import { LoadHistory, loadOf } from './load-history.js';

describe('a history of the load', () => {
  it('knows how much was under way at a time', () => {
    const history = new LoadHistory();
    for (const [inFlight, nowMs] of [
      [0, 10],
      [1, 20],
      [4, 30],
    ] as const) {
      history.note(loadOf(inFlight), nowMs);
    }
    expect([10, 19.9, 20, 25, 30, 99].map((timeMs) => history.at(timeMs))).toEqual(
      [0, 0, 1, 1, 4, 4].map(loadOf),
    );
  });

  it('says the earliest it knows of a time before, and none when it knows nothing', () => {
    const history = new LoadHistory();
    expect(history.at(5)).toBe(0);
    history.note(loadOf(3), 10);
    expect(history.at(5)).toBe(loadOf(3));
  });

  it('is exact while little is under way, and right to a sixth however much there is', () => {
    const walk = fc.array(fc.nat({ max: 2_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(walk, (inFlights) => {
        const history = new LoadHistory();
        for (const [at, inFlight] of inFlights.entries()) history.note(loadOf(inFlight), at);
        for (const [at, inFlight] of inFlights.entries()) {
          const found = history.at(at);
          if (inFlight < 4) expect(found).toBe(loadOf(inFlight));
          expect(Math.abs(found - loadOf(inFlight))).toBeLessThan(0.16);
        }
      }),
    );
  });

  it('forgets the oldest changes, and reaches far back where they matter little', () => {
    const history = new LoadHistory();
    for (let inFlight = 0; inFlight < 40; inFlight += 1) history.note(10 * inFlight, inFlight);
    expect([history.at(0), history.at(8), history.at(9), history.at(39)]).toEqual([80, 80, 90, 390]);
    const crowd = new LoadHistory();
    for (let at = 0; at < 10_000; at += 1) crowd.note(loadOf(1_000 + (at % 50)), at);
    expect(crowd.at(0)).toBe(loadOf(1_000));
  });

  it('takes a load for what it is: 0 when idle, of twice as many always as much more', () => {
    expect(loadOf(0)).toBe(0);
    expect(loadOf(-1)).toBe(0);
    expect(loadOf(7) - loadOf(3)).toBeCloseTo(Math.log(2));
    expect(loadOf(999) - loadOf(499)).toBeCloseTo(Math.log(2));
  });
});
