import { SeededRandom, SilentLogger, SystemClock } from '../common/index.js';

/** What parts that talk to the outside need of the process: real time, repeatable chance, no log lines. */
export function testParts() {
  return { clock: new SystemClock(), random: new SeededRandom(1), logger: new SilentLogger() };
}
