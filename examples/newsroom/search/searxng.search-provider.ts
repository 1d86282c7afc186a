import { z } from 'zod';
import { askSearchApi, toHits } from './search-http.js';
import { SearchProvider, type SearchHit } from './search-provider.js';

const Answer = z.object({
  results: z.array(z.object({ url: z.string(), title: z.string(), content: z.string().nullish() })),
});

/** Searches by a SearXNG server, whose JSON format has to be enabled (`search.formats` in its settings). */
export class SearxngSearchProvider extends SearchProvider {
  readonly name = 'SearXNG';

  constructor(private readonly settings: { readonly url: string; readonly timeoutMs: number }) {
    super();
  }

  async search(query: string, limit: number, signal: AbortSignal): Promise<SearchHit[]> {
    const url = new URL(`${this.settings.url}/search`);
    url.search = new URLSearchParams({ q: query, format: 'json' }).toString();
    const { results } = await askSearchApi({
      provider: this.name,
      url,
      credentials: 'that its settings allow the format json and this client',
      timeoutMs: this.settings.timeoutMs,
      signal,
      answer: Answer,
    });
    return toHits(
      results.map(({ content, ...result }) => ({ ...result, snippet: content })),
      limit,
    );
  }
}
