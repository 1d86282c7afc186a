import { z } from 'zod';
import { askSearchApi, toHits } from './search-http.js';
import { SearchProvider, type SearchHit } from './search-provider.js';

const Answer = z.object({
  // Absent when nothing was found.
  web: z
    .object({
      results: z.array(z.object({ url: z.string(), title: z.string(), description: z.string().nullish() })),
    })
    .nullish(),
});

/** Searches by the web search of the Brave Search API. */
export class BraveSearchProvider extends SearchProvider {
  readonly name = 'Brave';

  constructor(
    private readonly settings: { readonly url: string; readonly key: string; readonly timeoutMs: number },
  ) {
    super();
  }

  async search(query: string, limit: number, signal: AbortSignal): Promise<SearchHit[]> {
    const url = new URL(`${this.settings.url}/res/v1/web/search`);
    url.search = new URLSearchParams({ q: query.slice(0, 400), count: String(limit) }).toString();
    const { web } = await askSearchApi({
      provider: this.name,
      url,
      headers: { 'x-subscription-token': this.settings.key },
      credentials: 'NEWSROOM_BRAVE_KEY',
      timeoutMs: this.settings.timeoutMs,
      signal,
      answer: Answer,
    });
    return toHits(
      (web?.results ?? []).map(({ description, ...result }) => ({ ...result, snippet: description })),
      limit,
    );
  }
}
