import { itemsOf, type Client } from '../rest/server.js';
import { withNewsroom } from './newsroom.js';
import { ChatServer, MailServer, page, SearchEngine, Site } from './outside-world.js';

const TIDES = 'Spring tides raise the harbor by four meters. Pilots wait for them with the largest ships.';
const CRANES = 'Each crane lifts forty containers in an hour. Wind above sixty knots stops every crane.';
const ARTICLE = [
  '# Harbors at work\n\n',
  'Tides decide when ships arrive, ',
  'and wind decides when cranes rest.',
];
const USAGE = { prompt_tokens: 1_200, completion_tokens: 300 };
/** 1 200 tokens read at 3 dollars a million, 300 written at 15. */
const ARTICLE_COST_USD = 0.0081;

/** All that the newsroom talks to. */
interface World {
  readonly site: Site;
  readonly search: SearchEngine;
  readonly chat: ChatServer;
  readonly mail: MailServer;
}

/** @param found the pages of the site that the search finds */
async function openWorld(found: readonly string[]): Promise<World> {
  const site = await new Site({
    '/tides': page('Tides', TIDES),
    '/cranes': page('Cranes', CRANES),
    '/old-cranes': (response) => void response.writeHead(301, { location: '/cranes' }).end(),
    '/broken': (response) => void response.writeHead(500).end('broken'),
    // Begins and never goes on.
    '/slow': (response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<p>'),
  }).open();
  return {
    site,
    search: await new SearchEngine(found.map((path) => site.url + path)).open(),
    chat: await new ChatServer({ pieces: ARTICLE, usage: USAGE }).open(),
    mail: await new MailServer().open(),
  };
}

function settingsFor({ search, chat, mail }: World) {
  return {
    NEWSROOM_ALLOW_PRIVATE: 'true',
    NEWSROOM_FETCH_TIMEOUT_MS: '1500',
    NEWSROOM_SEARCH: 'searxng',
    NEWSROOM_SEARXNG_URL: search.url,
    NEWSROOM_MODEL_URL: `${chat.url}/v1`,
    NEWSROOM_MODEL: 'tiny',
    NEWSROOM_MODEL_KEY: 'key-1',
    NEWSROOM_MODEL_INPUT_USD: '3',
    NEWSROOM_MODEL_OUTPUT_USD: '15',
    NEWSROOM_SMTP_URL: mail.url,
    NEWSROOM_MAIL_FROM: 'desk@newsroom.example',
  };
}

/** Runs a test against a newsroom whose every setting leads to a server of the test's own. */
async function withConnectedNewsroom(
  test: (client: Client, world: World) => Promise<void>,
  found: readonly string[] = ['/tides', '/old-cranes'],
): Promise<void> {
  const world = await openWorld(found);
  const { site, search, chat, mail } = world;
  try {
    await withNewsroom(settingsFor(world), (client) => test(client, world));
  } finally {
    await Promise.all([site, search, chat, mail].map((server) => server.close()));
  }
}

describe('research on the web', () => {
  it('reports what the pages say, after redirects, and lists those that could not be read', () =>
    withConnectedNewsroom(
      async (client, { site, search }) => {
        const { status, body } = await client.task('web_research', { input: 'How do harbors work?' });
        const [tides, cranes] = [`${site.url}/tides`, `${site.url}/cranes`];
        expect(status).toBe(200);
        expect(body['output']).toEqual({
          query: 'How do harbors work?',
          summary: expect.stringContaining('Spring tides raise the harbor by four meters.'),
          findings: [
            { title: 'Tides', url: tides, summary: TIDES },
            { title: 'Cranes', url: cranes, summary: CRANES },
          ],
          sources: [
            { title: 'Tides', url: tides, credibility: 0.4 },
            { title: 'Cranes', url: cranes, credibility: 0.4 },
          ],
          confidence: 0.3,
          skipped: [
            { url: `${site.url}/broken`, reason: expect.stringContaining('answered 500') },
            { url: `${site.url}/slow`, reason: expect.stringContaining('within 1500 ms') },
          ],
        });
        // The first question is that of the health check at the start.
        expect(search.queries).toEqual(['news', 'How do harbors work?']);
        expect(site.visits.toSorted()).toEqual(['/broken', '/cranes', '/old-cranes', '/slow', '/tides']);
      },
      ['/broken', '/tides', '/slow', '/old-cranes'],
    ));

  it('feeds an article by the model, which gets the findings as material', () =>
    withConnectedNewsroom(async (client, { site, chat }) => {
      const definition = [
        { capability: 'web_research', input: 'How do harbors work?' },
        { capability: 'content_writing', agent: 'content_writer' },
      ];
      const { status, body } = await client.post('runs?wait=60s', { definition });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'succeeded',
        costUsd: 0.02 + ARTICLE_COST_USD,
        output: { text: ARTICLE.join(''), sources: [`${site.url}/tides`, `${site.url}/cranes`] },
      });
      const [system, user] = chat.requests[0]?.messages ?? [];
      expect(system).toMatchObject({ role: 'system', content: expect.stringContaining('It is data') });
      expect(user).toMatchObject({ role: 'user', content: expect.stringContaining(TIDES) });
      expect(user?.content).toContain(`Source: ${site.url}/cranes`);
    }));
});

describe('writing by the model', () => {
  const input = { title: 'Harbors', points: [{ heading: 'Tides', notes: TIDES }, { heading: 'Cranes' }] };

  it('answers with its text, its tokens and what they cost', () =>
    withConnectedNewsroom(async (client, { chat }) => {
      const { status, body } = await client.task('content_writing', { input, agent: 'content_writer' });
      const costs = { costUsd: ARTICLE_COST_USD, usage: { inputTokens: 1_200, outputTokens: 300 } };
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'succeeded',
        agent: 'content_writer',
        version: '1.5.0',
        outputType: 'blog_post',
        output: {
          kind: 'blog_post',
          title: 'Harbors at work',
          text: ARTICLE.join(''),
          wordCount: 14,
          writtenBy: 'model',
        },
        ...costs,
        attempts: [{ status: 'succeeded', ...costs }],
      });
      expect(chat.requests).toMatchObject([{ authorization: 'Bearer key-1', model: 'tiny' }]);
    }));

  it('falls back to the plain writer while the model server fails', () =>
    withConnectedNewsroom(async (client, { chat }) => {
      chat.isBroken = true;
      const { status, body } = await client.task('content_writing', { input, strategy: 'first' });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'succeeded',
        agent: 'plain_writer',
        costUsd: 0,
        output: { writtenBy: 'extraction', text: expect.stringContaining(TIDES) },
        attempts: [
          {
            attempt: 1,
            agent: 'content_writer',
            status: 'failed',
            error: { code: 'MODEL_UNAVAILABLE', message: expect.stringContaining('(500)') },
          },
          { attempt: 2, agent: 'plain_writer', status: 'succeeded' },
        ],
        choice: { excluded: [{ agent: 'content_writer' }] },
      });
      expect(chat.requests).toHaveLength(1);
      expect(JSON.stringify(body)).not.toMatch(/out of memory|key-1/);
    }));

  it('leaves a writer whose model stays broken, and comes back to it once its trials succeed', () =>
    withConnectedNewsroom(async (client, { chat }) => {
      const write = async (): Promise<unknown> => {
        const { body } = await client.task('content_writing', { input, strategy: 'first' });
        return [body['status'], body['agent']];
      };
      const set = (status: string) =>
        client.put('agents/content_writer/status', { status, reason: 'the model is back' });
      chat.isBroken = true;
      for (let task = 0; task < 8; task += 1) expect(await write()).toEqual(['succeeded', 'plain_writer']);
      expect(chat.requests).toHaveLength(5);
      const circuit = { capability: 'content_writing', state: 'open', reason: '5 failures in a row' };
      expect(await client.get('agents/content_writer')).toMatchObject({
        body: { status: 'active', circuits: [circuit] },
      });
      expect(await client.post('capabilities/content_writing/choices', {})).toMatchObject({
        body: { excluded: [{ agent: 'content_writer', code: 'breaker' }] },
      });

      chat.isBroken = false;
      await set('maintenance');
      await set('active');
      for (let task = 0; task < 3; task += 1) expect(await write()).toEqual(['succeeded', 'content_writer']);
      expect(await client.get('agents/content_writer')).toMatchObject({ body: { circuits: [] } });
    }));

  it('fails, with each try on record, when no other writer may be asked', () =>
    withConnectedNewsroom(async (client, { chat }) => {
      chat.isBroken = true;
      const pinned = { input, agent: 'content_writer', retry: { attempts: 2, delayMs: 0 } };
      expect(await client.task('content_writing', pinned)).toMatchObject({
        status: 503,
        body: {
          code: 'MODEL_UNAVAILABLE',
          retryable: true,
          task: { attempts: [{ agent: 'content_writer' }, { agent: 'content_writer' }] },
        },
      });
      expect(chat.requests).toHaveLength(2);
    }));
});

describe('notifications by a mail server', () => {
  const input = { text: TIDES, recipient: { address: 'ada@a.example', subject: 'Tides – today' } };

  it('arrive', () =>
    withConnectedNewsroom(async (client, { mail }) => {
      const { status, body } = await client.task('send_notification', { input });
      expect(status).toBe(200);
      expect(body['output']).toMatchObject({ transport: 'smtp', accepted: ['ada@a.example'] });
      const { messageId } = body['output'] as { messageId: string };
      expect(mail.accepted).toHaveLength(1);
      expect(mail.accepted).toMatchObject([
        {
          from: { value: [{ address: 'desk@newsroom.example' }] },
          to: { value: [{ address: 'ada@a.example' }] },
          subject: 'Tides – today',
          text: `${TIDES}\n`,
          messageId: `<${messageId}>`,
        },
      ]);
    }));

  it('that are put off are sent again under the same Message-ID', () =>
    withConnectedNewsroom(async (client, { mail }) => {
      mail.deferrals = 1;
      const retry = { attempts: 2, delayMs: 0 };
      expect(await client.task('send_notification', { input, retry })).toMatchObject({
        status: 200,
        body: { attempts: [{ error: { code: 'MAIL_UNAVAILABLE' } }, { status: 'succeeded' }] },
      });
      expect(mail.accepted.map(({ messageId }) => messageId)).toEqual(
        mail.deferred.map(({ messageId }) => messageId),
      );
      expect(mail.accepted).toHaveLength(1);
    }));
});

describe('the health of the research agent', () => {
  const research = { input: 'How do harbors work?' };

  it('fails with the search, is told to those who ask for work, and comes back through maintenance', () =>
    withConnectedNewsroom(async (client, { search }) => {
      search.isDown = true;
      const reason = expect.stringContaining('SearXNG search cannot be reached');
      expect(await client.post('agents/research_pro/health-checks')).toMatchObject({
        status: 200,
        body: { isChecked: true, agent: { status: 'failed', health: { healthy: false, message: reason } } },
      });
      expect(await client.task('web_research', research)).toMatchObject({
        status: 503,
        body: {
          code: 'NO_AGENT_AVAILABLE',
          detail: expect.stringMatching(/research_pro@2\.1\.0 .*failed/),
          details: { excluded: [{ agent: 'research_pro', reason: expect.stringContaining('failed') }] },
        },
      });

      const set = (status: string) =>
        client.put('agents/research_pro/status', { status, reason: 'the search is back' });
      expect(await set('active')).toMatchObject({ status: 409, body: { code: 'STATUS_TRANSITION_ILLEGAL' } });
      search.isDown = false;
      expect(await set('maintenance')).toMatchObject({ status: 200 });
      expect(await set('active')).toMatchObject({ status: 200 });
      expect(await client.task('web_research', research)).toMatchObject({
        status: 200,
        body: { agent: 'research_pro', output: { findings: [{ title: 'Tides' }, { title: 'Cranes' }] } },
      });
      const history = await client.get('agents/research_pro/status/history?kind=changed');
      expect(itemsOf(history)).toMatchObject([
        { from: 'maintenance', to: 'active', reason: 'the search is back' },
        { from: 'failed', to: 'maintenance' },
        { from: 'active', to: 'failed', triggeredBy: 'health-monitor', reason },
        { from: null, to: 'active' },
      ]);
    }));
});
