import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../trial.js';

/** Milliseconds a node stands still: longer than its heartbeat (10 s), and than it takes to see that it has stopped (4 s). */
const STILL_MS = { least: 15_000, more: 4_000 };

/** Lets one of two nodes stand still until the other has taken over its runs, and go on. */
export const pauseOneOfTwo: Fault = {
  name: 'SIGSTOP, one of two',
  nodes: ['one', 'two'],
  server: 'postgres',
  harm: async ({ cluster, random, count }, times) => {
    for (let pause = 0; pause < times; pause++) {
      await delay(1_000 + random.below(1_000));
      const node = await cluster.pause(cluster.names[pause % 2]!);
      count();
      await delay(STILL_MS.least + random.below(STILL_MS.more));
      node.resume();
    }
    await delay(1_000);
  },
};
