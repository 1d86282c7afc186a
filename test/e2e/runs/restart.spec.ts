import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allPagesOf, serve, type RunningServer } from '../rest/server.js';
import { EventClient } from './event-client.js';
import { stage } from './stage.js';

/** Two starts of an embedded database on a busy machine. */
const TIMEOUT_MS = 120_000;

const ASKING = {
  name: 'asking',
  steps: [
    { id: 'before', capability: 'echo', input: 'x' },
    { id: 'ask', approval: { message: 'Go on?', timeout: '1h' } },
    { id: 'after', capability: 'echo', input: '${ steps.ask.output.comment }' },
  ],
};

describe('a server with a database', () => {
  it(
    'goes on with a run after a restart, and its clients miss and repeat nothing',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'cadre-restart-'));
      const start = (): Promise<RunningServer> =>
        serve(stage({ database: { dataDir: join(folder, 'database') } }));
      const key = { 'idempotency-key': 'once' };

      const before = await start();
      expect(await before.client.put('workflows/asking', ASKING)).toMatchObject({ status: 201 });
      const { body } = await before.client.post('runs', { workflow: 'asking' }, key);
      const path = `runs/${body['runId'] as string}`;
      const follow = ({ client }: RunningServer, lastEventId?: string) =>
        EventClient.open(`${client.url}/api/v1/${path}/events`, lastEventId);
      const seen = await (await follow(before)).upTo('run.waiting');
      const brief = { definition: [{ capability: 'echo', input: 'x' }], durability: 'memory' };
      const { body: fleeting } = await before.client.post('runs?wait=60s', brief);
      expect(fleeting).toMatchObject({ status: 'succeeded', durability: 'memory' });
      const listed = await allPagesOf(before.client, 'runs?limit=1');
      expect(listed.map(({ runId }) => runId)).toEqual([fleeting['runId'], body['runId']]);
      expect(await before.client.get(path)).toMatchObject({
        body: { status: 'waiting', durability: 'durable', waits: [{ key: 'ask', kind: 'approval' }] },
      });
      await before.app.close();

      const after = await start();
      const rest = (await follow(after, seen.at(-1)?.id)).all();
      expect(await after.client.post('runs', { workflow: 'asking' }, key)).toMatchObject({
        status: 202,
        body: { runId: body['runId'], status: 'waiting' },
      });
      expect(
        await after.client.post(`${path}/approvals/ask`, { approved: true, comment: 'fine' }),
      ).toMatchObject({
        status: 200,
      });
      const ids = [...seen, ...(await rest)].map(({ id }) => id);
      expect(ids).toEqual((await (await follow(after)).all()).map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
      expect(await after.client.get(path)).toMatchObject({ body: { status: 'succeeded', output: 'fine' } });
      await after.app.close();
      await rm(folder, { recursive: true });
    },
    TIMEOUT_MS,
  );
});
