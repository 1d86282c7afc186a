import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../trial.js';

/** Milliseconds that the server is away at most. */
const AWAY_MS = 4_000;

/** Stops Postgres, or has it crash, and starts it again. */
export const postgresAway: Fault = {
  name: 'Postgres stopped',
  nodes: ['one', 'two'],
  server: 'postgres',
  harm: async ({ server, random, count }, times) => {
    for (let stop = 0; stop < times; stop++) {
      await delay(1_000 + random.below(2_000));
      await (stop % 2 === 0 ? server!.stop() : server!.kill());
      count();
      await delay(random.below(AWAY_MS));
      await server!.start();
    }
    await delay(2_000);
  },
};
