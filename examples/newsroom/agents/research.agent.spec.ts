import type { RequestListener } from 'node:http';
import { IndustrySector, CompanyName } from '../capabilities.js';
import { LibraryFolder } from '../library/library-folder.js';
import { LibrarySearchProvider } from '../search/library.search-provider.js';
import type { SearchProvider } from '../search/search-provider.js';
import { SearxngSearchProvider } from '../search/searxng.search-provider.js';
import { withFolder, withHttp, withServer } from '../testing/surroundings.js';
import { drain, taskContext } from '../testing/task-context.js';
import { PageFetchTool } from '../tools/page-fetch.tool.js';
import { TextSummarizerTool } from '../tools/text-summarizer.tool.js';
import { WebSearchTool } from '../tools/web-search.tool.js';
import { ResearchAgent } from './research.agent.js';

function withLibraryAgent(
  files: Record<string, string>,
  test: (agent: ResearchAgent) => Promise<void>,
): Promise<void> {
  return withFolder(files, (folder) => {
    const library = new LibraryFolder({ folder });
    return withHttp({}, (http) =>
      test(agentOf(new LibrarySearchProvider(library), new PageFetchTool(library, http))),
    );
  });
}

/** A web of pages, and a search that finds all of them. */
function withWebAgent(
  pages: Record<string, string | number>,
  test: (agent: ResearchAgent, url: string) => Promise<void>,
): Promise<void> {
  let url = '';
  const listener: RequestListener = (request, response) => {
    if (request.url?.startsWith('/search') === true) {
      const results = Object.keys(pages).map((path) => ({
        url: url + path,
        title: path,
        content: `About ${path}`,
      }));
      return response.end(JSON.stringify({ results }));
    }
    const page = pages[request.url ?? ''];
    if (typeof page === 'string') return response.setHeader('content-type', 'text/plain').end(page);
    return response.writeHead(page ?? 404).end();
  };
  return withServer(listener, (started) => {
    url = started;
    const search = new SearxngSearchProvider({ url, timeoutMs: 5_000 });
    const library = new LibraryFolder({ folder: '/nonexistent' });
    return withHttp({}, (http) => test(agentOf(search, new PageFetchTool(library, http)), url));
  });
}

function agentOf(provider: SearchProvider, pages: PageFetchTool): ResearchAgent {
  return new ResearchAgent(new WebSearchTool(provider), pages, new TextSummarizerTool());
}

describe('ResearchAgent.research', () => {
  it('reports what the library says, with sources and confidence', () =>
    withLibraryAgent({ 'a.md': '# Breakers\n\nA breaker opens after three failures.' }, async (agent) => {
      const { task, reports } = taskContext();
      const { parts, output } = await drain(agent.research('breaker', task));
      const finding = {
        title: 'Breakers',
        url: 'library:///a.md#breakers',
        summary: 'A breaker opens after three failures.',
      };
      const source = { title: finding.title, url: finding.url, credibility: 0.9 };
      expect(parts).toEqual([finding]);
      expect(output).toEqual({
        query: 'breaker',
        summary: finding.summary,
        findings: [finding],
        sources: [source],
        confidence: 0.45,
        skipped: [],
        note: undefined,
      });
      expect(reports).toMatchObject({ sources: [source], confidence: [0.45] });
    }));

  it('reports nothing, and why, when nothing is found', () =>
    withLibraryAgent({}, async (agent) => {
      const { output } = await drain(agent.research('anything', taskContext().task));
      expect(output).toMatchObject({
        findings: [],
        confidence: 0,
        note: expect.stringContaining('found nothing'),
      });
    }));

  it('reads five pages, others in place of those that fail, and says which failed', () => {
    const pages = Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7, 8].map((at) => [`/${at}`, `Page ${at} says this.`]),
    );
    return withWebAgent({ ...pages, '/2': 500, '/4': '' }, async (agent, url) => {
      const { task, reports } = taskContext();
      const { output } = await drain(agent.research('pages', task));
      expect(output.findings.map((finding) => finding.url.slice(url.length))).toEqual([
        '/1',
        '/3',
        '/4',
        '/5',
        '/6',
      ]);
      expect(output.skipped).toEqual([{ url: `${url}/2`, reason: expect.stringContaining('answered 500') }]);
      // A page without text is worth what the search said of it.
      expect(output.findings[2]?.summary).toBe('About /4');
      const done = reports.progress.map(({ doneRatio = NaN }) => doneRatio);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(done).toHaveLength(7);
    });
  });

  it('says that no page could be read', () =>
    withWebAgent({ '/1': 404, '/2': 503 }, async (agent) => {
      const { output } = await drain(agent.research('pages', taskContext().task));
      expect(output).toMatchObject({ findings: [], note: expect.stringContaining('None of the pages') });
      expect(output.skipped).toHaveLength(2);
    }));

  it('stops when the task is canceled', () =>
    withWebAgent({ '/1': 'Words.' }, async (agent) => {
      const reason = new DOMException('canceled', 'AbortError');
      const { task } = taskContext({ signal: AbortSignal.abort(reason) });
      await expect(drain(agent.research('pages', task))).rejects.toBe(reason);
    }));
});

describe('ResearchAgent.analyzeCompetition', () => {
  const pages = { '/1': 'The rivals of Acme are Blue Corp and Zeta. Far away lives Omega.' };

  it('counts who is named beside a company', () =>
    withWebAgent(pages, async (agent) => {
      const { task } = taskContext({ inputType: CompanyName.name });
      const { output } = await drain(agent.analyzeCompetition('Acme', task));
      expect(output).toMatchObject({ subject: 'Acme', subjectKind: 'company' });
      expect(output.competitors.map(({ name }) => name)).toEqual(['Blue Corp', 'Zeta']);
    }));

  it('counts everybody who is named in a sector', () =>
    withWebAgent(pages, async (agent) => {
      const { task } = taskContext({ inputType: IndustrySector.name });
      const { output } = await drain(agent.analyzeCompetition('rockets', task));
      expect(output.subjectKind).toBe('sector');
      expect(output.competitors.map(({ name }) => name)).toContain('Omega');
    }));
});

describe('ResearchAgent.healthCheck', () => {
  it('is healthy when its search answers, with whatever', () =>
    withLibraryAgent({}, async (agent) => {
      expect(await agent.healthCheck()).toMatchObject({ healthy: true, details: { provider: 'library' } });
    }));

  it('fails with the error of the search', () =>
    withServer(
      (_, response) => response.writeHead(401).end(),
      async (url) => {
        const provider = new SearxngSearchProvider({ url, timeoutMs: 1_000 });
        await withHttp({}, async (http) => {
          const agent = agentOf(
            provider,
            new PageFetchTool(new LibraryFolder({ folder: '/nonexistent' }), http),
          );
          await expect(agent.healthCheck()).rejects.toMatchObject({ code: 'SEARCH_REFUSED' });
        });
      },
    ));
});
