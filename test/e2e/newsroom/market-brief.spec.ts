import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { withFolder } from '../../../examples/newsroom/testing/surroundings.js';
import { createPgliteDirectory } from '../../../src/testing/databases/pglite-directory.js';
import { createTestDatabase } from '../../../src/testing/databases/postgres-server.js';
import { ServerProcess } from '../rest/server-process.js';
import { itemsOf, type Body, type Client } from '../rest/server.js';
import { sendAsWritten, withNewsroom } from './newsroom.js';
import { ChatServer } from './outside-world.js';

const NEWSROOM = fileURLToPath(new URL('../../../examples/newsroom/main.ts', import.meta.url));
const YAML = new URL('../../../examples/newsroom/market_brief.yaml', import.meta.url);

/** Two cold starts, each with a database, on a machine that is busy with other specs. */
const TWO_STARTS_MS = 120_000;
/** The first application that a spec makes has all its packages to load. */
const FIRST_START_MS = 30_000;

const BOATS = 'In harbors Acme sells electric boats, and so does Globex. There Acme and Globex meet.';
const INPUT = { topic: 'how is an agent chosen', company: 'Acme' };

/** What comes of the brief of the README. */
const WRITTEN = {
  status: 'succeeded',
  outputType: 'article',
  output: { title: 'how is an agent chosen', text: expect.stringContaining('## Sources') },
};

/** Less than a test may take, so that it fails with what was answered last. */
const PATIENCE_MS = 20_000;

/** Asks again until the answer is as it should be. */
async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (const startedMs = performance.now(); ; await sleep(20)) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    const isTooLate = performance.now() - startedMs > PATIENCE_MS;
    if (isTooLate) throw new TypeError(`the answer stays ${JSON.stringify(answer)}`);
  }
}

async function stepsOf(client: Client, runId: string): Promise<readonly Body[]> {
  return itemsOf(await client.get(`runs/${runId}/steps`));
}

/** The steps of a run, once it asks for the approval. */
function stepsWhenAsked(client: Client, runId: string): Promise<readonly Body[]> {
  const asks = (steps: readonly Body[]) => steps.some(({ status }) => status === 'waiting');
  return until(() => stepsOf(client, runId), asks);
}

async function endOf(client: Client, runId: string): Promise<Body> {
  const ended = await until(
    () => client.get(`runs/${runId}`),
    ({ body }) => body['finishedAt'] !== undefined,
  );
  return ended.body;
}

/** Starts a brief and has it approved. */
async function approvedBrief(client: Client, input = INPUT): Promise<Body> {
  const started = await client.post('runs', { workflow: 'market_brief', input });
  const runId = String(started.body['runId']);
  await stepsWhenAsked(client, runId);
  await client.post(`runs/${runId}/approvals/approve`, { approved: true });
  return endOf(client, runId);
}

/** The end of a brief whose server is killed while it waits for a person; another server goes on with it. */
async function outliveAKill(place: Record<string, string>): Promise<Body> {
  const environment = { CADRE_PERSISTENCE: 'database', ...place };
  const killed = await ServerProcess.start(environment, NEWSROOM);
  const started = await sendAsWritten(killed.client, 'README.md', '"market_brief"');
  expect(started).toMatchObject({ status: 202, body: { workflow: 'market_brief', durability: 'durable' } });
  const RUN = String(started.body['runId']);
  const [research, rivals] = await stepsWhenAsked(killed.client, RUN);
  // Until it has left memory, another process may take it up only when the heartbeat of the dead one is over.
  await until(
    () => killed.client.get(`runs/${RUN}`),
    ({ body }) => body['status'] === 'waiting',
  );
  killed.kill('SIGKILL');
  expect(await killed.ended).toEqual({ code: null, signal: 'SIGKILL' });

  const next = await ServerProcess.start(environment, NEWSROOM);
  const { client } = next;
  expect(await sendAsWritten(client, 'README.md', '/runs/$RUN', { RUN })).toMatchObject({
    status: 200,
    body: {
      status: 'waiting',
      waits: [{ stepId: 'approve', subject: 'Publish a brief on how is an agent chosen?' }],
    },
  });
  expect(await sendAsWritten(client, 'README.md', '/approvals/approve', { RUN })).toMatchObject({
    status: 200,
  });
  const ended = await endOf(client, RUN);
  const steps = await stepsOf(client, RUN);
  expect(steps.map(({ stepId, status }) => [stepId, status])).toEqual([
    ['research', 'succeeded'],
    ['rivals', 'succeeded'],
    ['approve', 'succeeded'],
    ['write', 'succeeded'],
  ]);
  // Neither was done again.
  expect(steps.slice(0, 2)).toEqual([research, rivals]);
  await next.stop();
  return ended;
}

describe('market_brief', () => {
  it(
    'waits for a person across a kill of its server, on the embedded database',
    () =>
      withFolder({}, async (folder) => {
        await createPgliteDirectory(join(folder, 'database'));
        expect(await outliveAKill({ CADRE_DATA_DIR: folder })).toMatchObject(WRITTEN);
      }),
    TWO_STARTS_MS,
  );

  it(
    'waits for a person across a kill of its server, on Postgres',
    () =>
      withFolder({}, async (folder) => {
        const url = await createTestDatabase();
        expect(await outliveAKill({ DATABASE_URL: url, CADRE_DATA_DIR: folder })).toMatchObject(WRITTEN);
        // Nothing but mails would be there.
        expect(await readdir(folder)).toEqual([]);
      }),
    TWO_STARTS_MS,
  );

  it(
    'is the same in YAML as in TypeScript',
    () =>
      withNewsroom({}, async (client) => {
        const definition = parse(await readFile(YAML, 'utf8')) as unknown;
        const written = [{ workflow: 'market_brief' }, { definition }].map(async (source) => {
          const { body } = await client.post('runs', { ...source, input: INPUT });
          return (await client.get(`runs/${String(body['runId'])}/definition`)).body;
        });
        const [fromTypeScript, fromYaml] = await Promise.all(written);
        expect(fromTypeScript).toMatchObject({ name: 'market_brief', version: '1.0.0' });
        expect(fromYaml).toEqual(fromTypeScript);
      }),
    FIRST_START_MS,
  );

  it('names the competitors beside what was found', () =>
    withFolder({ 'market.md': `# Boats\n\n${BOATS}` }, (library) =>
      withNewsroom({ NEWSROOM_LIBRARY_DIR: library }, async (client) => {
        const { output } = await approvedBrief(client, { topic: 'electric boats', company: 'Acme' });
        expect(output).toMatchObject({
          kind: 'article',
          writtenBy: 'extraction',
          text: expect.stringContaining('## Others beside Acme\n\nNamed beside Acme: Globex'),
        });
      }),
    ));

  it('gets a plain summary where the model fails', async () => {
    const chat = await new ChatServer({
      pieces: [],
      usage: { prompt_tokens: 0, completion_tokens: 0 },
    }).open();
    chat.isBroken = true;
    try {
      await withNewsroom({ NEWSROOM_MODEL_URL: `${chat.url}/v1`, NEWSROOM_MODEL: 'tiny' }, async (client) => {
        const { runId, output, outputType } = await approvedBrief(client);
        expect([outputType, output]).toMatchObject(['summary', { kind: 'summary', writtenBy: 'extraction' }]);
        const steps = await stepsOf(client, String(runId));
        expect(steps.at(-1)).toMatchObject({ stepId: 'write', status: 'succeeded', agent: 'plain_writer' });
      });
    } finally {
      await chat.close();
    }
  });

  it('writes nothing where nothing was found', () =>
    withFolder({ 'empty.md': '# Nothing\n' }, (library) =>
      withNewsroom({ NEWSROOM_LIBRARY_DIR: library }, async (client) => {
        const { output, runId } = await approvedBrief(client);
        expect(output).toBeNull();
        const steps = await stepsOf(client, String(runId));
        expect(steps.at(-1)).toMatchObject({ stepId: 'write', status: 'skipped' });
      }),
    ));
});
