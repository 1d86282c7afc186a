import { setTimeout as delay } from 'node:timers/promises';
import { CUTS, CuttingProxy } from '../nodes/cutting-proxy.js';
import type { Fault } from '../trial.js';

/** One journal write in so many is cut. */
const RARITY = 15;

/** Cuts connections in the middle of journal writes. */
export function cutConnection(): Fault {
  let proxy: CuttingProxy;
  let isCutting = false;
  const cutsSoFar = (): number => CUTS.reduce((sum, cut) => sum + proxy.cuts[cut], 0);
  return {
    name: 'connection cut',
    nodes: ['one', 'two'],
    server: 'postgres',
    connect: async (port, random) => {
      proxy = await CuttingProxy.open(port, () =>
        isCutting && random.below(RARITY) === 0 ? CUTS[cutsSoFar() % CUTS.length] : undefined,
      );
      return proxy;
    },
    harm: async ({ complain, count }, times) => {
      isCutting = true;
      const startedMs = performance.now();
      while (cutsSoFar() < times && performance.now() - startedMs < 60_000) await delay(50);
      isCutting = false;
      for (let cuts = cutsSoFar(); cuts > 0; cuts--) count();
      for (const cut of CUTS) if (proxy.cuts[cut] === 0) complain(`nothing was cut ${cut} a write`);
    },
  };
}
