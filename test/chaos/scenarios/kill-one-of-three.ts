import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../trial.js';

/** Milliseconds between the start of one node and the kill of the next, at most. */
const PAUSE_MS = 2_000;

/** Kills one of three nodes and starts it again, then another one. */
export const killOneOfThree: Fault = {
  name: 'kill -9, one of three',
  nodes: ['one', 'two', 'three'],
  server: 'postgres',
  harm: async ({ cluster, random }, times) => {
    for (let kill = 0; kill < times; kill++) {
      const name = cluster.names[random.below(cluster.names.length)]!;
      await delay(random.below(PAUSE_MS));
      await cluster.killAtWork(name);
      await cluster.start(name);
    }
  },
};
