import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../trial.js';
import { TIMED, WORKLOADS } from '../workloads.js';

const HOUR_MS = 3_600_000;

/** Sets the clocks of the nodes forward and back, each by its own. */
export const clockJumps: Fault = {
  name: 'clock jumps',
  nodes: ['one', 'two'],
  server: 'postgres',
  workloads: [TIMED, ...WORKLOADS],
  harm: async ({ cluster, random, count }, times) => {
    for (let jump = 0; jump < times; jump++) {
      await delay(500 + random.below(2_000));
      const name = cluster.names[random.below(cluster.names.length)]!;
      cluster.node(name).setClock((jump % 2 === 0 ? 1 : -1) * (1 + random.below(3)) * HOUR_MS);
      count();
    }
  },
};
