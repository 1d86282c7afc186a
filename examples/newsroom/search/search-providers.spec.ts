import type { IncomingMessage } from 'node:http';
import { unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LibraryFolder } from '../library/library-folder.js';
import { withFolder, withServer } from '../testing/surroundings.js';
import { WebSearchTool } from '../tools/web-search.tool.js';
import { BraveSearchProvider } from './brave.search-provider.js';
import { GoogleSearchProvider } from './google.search-provider.js';
import { LibrarySearchProvider } from './library.search-provider.js';
import type { SearchProvider } from './search-provider.js';
import { SearxngSearchProvider } from './searxng.search-provider.js';

const never = new AbortController().signal;

const ADAPTERS: Record<string, (url: string, timeoutMs?: number) => SearchProvider> = {
  SearXNG: (url, timeoutMs = 5_000) => new SearxngSearchProvider({ url, timeoutMs }),
  Brave: (url, timeoutMs = 5_000) => new BraveSearchProvider({ url, key: 'brave-key', timeoutMs }),
  Google: (url, timeoutMs = 5_000) =>
    new GoogleSearchProvider({ url, key: 'google-key', engine: 'engine-1', timeoutMs }),
};

const hit = { title: '<b>Title</b>', snippet: 'Some  <strong>words</strong>' };
const ANSWERS: Record<string, (urls: string[]) => object> = {
  SearXNG: (urls) => ({ results: urls.map((url) => ({ url, title: hit.title, content: hit.snippet })) }),
  Brave: (urls) => ({
    web: { results: urls.map((url) => ({ url, title: hit.title, description: hit.snippet })) },
  }),
  Google: (urls) => ({ items: urls.map((link) => ({ link, title: hit.title, snippet: hit.snippet })) }),
};

const names = Object.keys(ADAPTERS);

describe.each(names)('the %s adapter', (name) => {
  const make = ADAPTERS[name] as (url: string, timeoutMs?: number) => SearchProvider;
  const answer = ANSWERS[name] as (urls: string[]) => object;

  it('returns results as plain text, those that can be fetched, as many as asked for', () =>
    withServer(
      (_, response) =>
        response.end(
          JSON.stringify(answer(['javascript:alert(1)', 'https://a.example/', 'https://b.example/'])),
        ),
      async (url) => {
        expect(await make(url).search('agents', 1, never)).toEqual([
          { url: 'https://a.example/', title: 'Title', snippet: 'Some words' },
        ]);
      },
    ));

  it.each([
    [401, 'SEARCH_REFUSED', false],
    [403, 'SEARCH_REFUSED', false],
    [400, 'SEARCH_REFUSED', false],
    [429, 'SEARCH_UNAVAILABLE', true],
    [500, 'SEARCH_UNAVAILABLE', true],
  ])('turns %i into %s', (status, code, retryable) =>
    withServer(
      (_, response) => response.writeHead(status).end('{}'),
      async (url) => {
        await expect(make(url).search('x', 5, never)).rejects.toMatchObject({ code, retryable });
      },
    ),
  );

  it.each(['no json', '{"web":3,"results":3,"items":3}'])('refuses the answer %s', (body) =>
    withServer(
      (_, response) => response.end(body),
      async (url) => {
        await expect(make(url).search('x', 5, never)).rejects.toMatchObject({ code: 'SEARCH_REFUSED' });
      },
    ),
  );

  it('gives up when no answer comes in time', () =>
    withServer(
      () => {},
      async (url) => {
        await expect(make(url, 100).search('x', 5, never)).rejects.toMatchObject({ code: 'SEARCH_TIMEOUT' });
      },
    ));

  it('stops when the task is canceled', () =>
    withServer(
      () => {},
      async (url) => {
        const reason = new DOMException('canceled', 'AbortError');
        await expect(make(url).search('x', 5, AbortSignal.abort(reason))).rejects.toBe(reason);
      },
    ));

  it('says that its server cannot be reached', async () => {
    await expect(make('http://127.0.0.1:1').search('x', 5, never)).rejects.toMatchObject({
      code: 'SEARCH_UNAVAILABLE',
    });
  });
});

describe('the adapters’ requests', () => {
  it.each([
    ['SearXNG', '/search?q=a+b&format=json', undefined],
    ['Brave', '/res/v1/web/search?q=a+b&count=12', 'brave-key'],
    ['Google', '/customsearch/v1?key=google-key&cx=engine-1&q=a+b&num=10', undefined],
  ])('%s asks %s', async (name, path, token) => {
    const seen: IncomingMessage[] = [];
    await withServer(
      (request, response) => {
        seen.push(request);
        response.end(name === 'SearXNG' ? '{"results":[]}' : '{}');
      },
      async (url) => expect(await ADAPTERS[name]?.(url).search('a b', 12, never)).toEqual([]),
    );
    expect(seen[0]?.url).toBe(path);
    expect(seen[0]?.headers['x-subscription-token']).toBe(token);
  });

  it('refuse an answer without end', () =>
    withServer(
      (_, response) => {
        const fill = (): void => {
          while (response.writable && response.write('x'.repeat(100_000)));
        };
        response.on('drain', fill);
        fill();
      },
      async (url) => {
        const search = ADAPTERS['Brave']?.(url).search('x', 5, never);
        await expect(search).rejects.toMatchObject({
          code: 'SEARCH_REFUSED',
          message: expect.stringMatching(/more than/),
        });
      },
    ));
});

describe('LibrarySearchProvider', () => {
  const FILES = {
    'guide.md': '# Retries\n\nA task is tried again after a wait.\n\n# Budgets\n\nMoney is limited.',
    'page.html': '<title>Canary</title><p>A canary takes a little of the traffic.</p>',
  };
  const urls = async (provider: SearchProvider, query: string): Promise<string[]> =>
    (await provider.search(query, 5, never)).map(({ url }) => url);

  it('finds the section that a question is about', () =>
    withFolder(FILES, async (folder) => {
      const provider = new LibrarySearchProvider(new LibraryFolder({ folder }));
      expect(await provider.search('how do retries work?', 1, never)).toEqual([
        {
          url: 'library:///guide.md#retries',
          title: 'Retries',
          snippet: 'A task is tried again after a wait.',
        },
      ]);
      expect(await urls(provider, 'canry')).toEqual(['library:///page.html']);
      expect(await urls(provider, 'zzzz')).toEqual([]);
    }));

  it('sees files that come, change and go', () =>
    withFolder(FILES, async (folder) => {
      const provider = new LibrarySearchProvider(new LibraryFolder({ folder }));
      expect(await urls(provider, 'zebra')).toEqual([]);
      await writeFile(join(folder, 'new.txt'), 'zebra');
      expect(await urls(provider, 'zebra')).toEqual(['library:///new.txt']);
      await writeFile(join(folder, 'new.txt'), 'horse');
      await utimes(join(folder, 'new.txt'), 1, 1);
      expect(await urls(provider, 'zebra')).toEqual([]);
      expect(await urls(provider, 'horse')).toEqual(['library:///new.txt']);
      await unlink(join(folder, 'new.txt'));
      expect(await urls(provider, 'horse')).toEqual([]);
    }));
});

describe('WebSearchTool', () => {
  it('asks a busy provider once more', () => {
    let requests = 0;
    return withServer(
      (_, response) => {
        requests += 1;
        if (requests === 1) response.writeHead(429).end();
        else response.end('{"results":[]}');
      },
      async (url) => {
        const tool = new WebSearchTool((ADAPTERS['SearXNG'] as (url: string) => SearchProvider)(url));
        expect(await tool.use({ query: 'x' })).toEqual({ provider: 'SearXNG', results: [], count: 0 });
      },
    );
  });
});
