import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { ServerProcess } from '../rest/server-process.js';
import { GatherAgent } from './agents.js';
import { QuickHeirAgent } from './heir.js';
import { createCluster, type Cluster } from './nodes.js';

/** Heartbeats last ten seconds, and are looked after every four. */
jest.setTimeout(90_000);

const HEIR_SERVER = fileURLToPath(new URL('./heir-server.ts', import.meta.url));

/** A run whose only step is under way in another process. */
async function startAfar(cluster: Cluster) {
  const here = await cluster.start([GatherAgent]);
  const heard = here.hearsOf('inherit');
  const environment = { CADRE_PERSISTENCE: 'database', DATABASE_URL: cluster.url };
  const afar = await ServerProcess.start(environment, HEIR_SERVER);
  await heard;
  const { runId } = await here.orchestration.start([{ capability: 'inherit', input: 1 }]);
  await afar.line('at work');
  return { here, afar, runId };
}

// Side by side, because most of it is waiting.
describe('a step of a node', () => {
  it.concurrent('that was killed is done by another one that can do it', async () => {
    await using cluster = await createCluster();
    const { here, afar, runId } = await startAfar(cluster);
    afar.kill('SIGKILL');
    await cluster.start([QuickHeirAgent]);
    expect(await here.ended(runId)).toMatchObject({ status: 'succeeded', output: `${runId}:step-1` });
  });

  it.concurrent(
    'that stood still for too long is done by another one, and what it comes to counts no more',
    async () => {
      await using cluster = await createCluster();
      const { here, afar, runId } = await startAfar(cluster);
      afar.kill('SIGSTOP');
      await cluster.start([QuickHeirAgent]);
      expect(await here.ended(runId)).toMatchObject({ status: 'succeeded', output: `${runId}:step-1` });
      afar.kill('SIGCONT');
      await afar.line('told to stop');
      expect(await here.ended(runId)).toMatchObject({ status: 'succeeded', output: `${runId}:step-1` });
      await afar.stop();
    },
  );
});
