import * as scenarios from './scenarios/index.js';
import { tryOut, type Fault } from './trial.js';

/** The short form of `npm run chaos`: each fault once or a few times, on few runs. First those that wait for a heartbeat to stop. */
const SHORT: readonly (readonly [fault: Fault, times: number])[] = [
  [scenarios.pauseOneOfTwo, 1],
  [scenarios.killOneOfThree, 1],
  [scenarios.killEmbedded, 2],
  [scenarios.postgresAway, 1],
  [scenarios.cutConnection(), 6],
  [scenarios.clockJumps, 2],
  [scenarios.races, 2],
];

const IN_FLIGHT = 15;
const TIMEOUT_MS = 180_000;

describe('runs in flight', () => {
  // Side by side, because most of it is waiting.
  it.concurrent.each(SHORT.map(([fault, times]) => [fault.name, fault, times] as const))(
    'come to their right end after: %s',
    async (_, fault, times) => {
      const report = await tryOut(fault, { seed: 1, times, inFlight: IN_FLIGHT });
      expect(report.violations).toEqual([]);
      expect(report.runs).toBeGreaterThanOrEqual(IN_FLIGHT);
      expect(report.killsMidRun).toBe(report.kills);
      expect(report.harms).toBeGreaterThanOrEqual(times);
    },
    TIMEOUT_MS,
  );
});
