import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../trial.js';

/** Milliseconds after the start of a process in which it is killed, while it comes up or after. */
const BOOT_MS = 2_500;
const UP_MS = 1_500;

/** One kill in so many comes while the process starts, with runs in flight and nobody at work. */
const BOOT_KILLS = 8;

/** Kills the one process that has an embedded database, and starts it again, at once. */
export const killEmbedded: Fault = {
  name: 'kill -9, embedded',
  nodes: ['alone'],
  harm: async ({ cluster, random }, times) => {
    for (let kill = 1; kill <= times; kill++) {
      await cluster.working('alone');
      await delay(random.below(UP_MS));
      await cluster.killAtWork('alone');
      if (kill % BOOT_KILLS === 0) {
        const stillborn = cluster.launch('alone');
        stillborn.ready().catch(() => {});
        await delay(random.below(BOOT_MS));
        await stillborn.kill();
      }
      await cluster.start('alone');
    }
  },
};
