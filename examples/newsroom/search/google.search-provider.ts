import { z } from 'zod';
import { askSearchApi, toHits } from './search-http.js';
import { SearchProvider, type SearchHit } from './search-provider.js';

const Answer = z.object({
  // Absent when nothing was found.
  items: z
    .array(z.object({ link: z.string(), title: z.string(), snippet: z.string().nullish() }))
    .default([]),
});

/** The API answers at most this many at a time. */
const MAX_RESULTS = 10;

/** Searches by Google's Custom Search JSON API. */
export class GoogleSearchProvider extends SearchProvider {
  readonly name = 'Google';

  constructor(
    private readonly settings: {
      readonly url: string;
      readonly key: string;
      readonly engine: string;
      readonly timeoutMs: number;
    },
  ) {
    super();
  }

  async search(query: string, limit: number, signal: AbortSignal): Promise<SearchHit[]> {
    const { url: base, key, engine, timeoutMs } = this.settings;
    const url = new URL(`${base}/customsearch/v1`);
    const num = String(Math.min(limit, MAX_RESULTS));
    url.search = new URLSearchParams({ key, cx: engine, q: query, num }).toString();
    const { items } = await askSearchApi({
      provider: this.name,
      url,
      credentials: 'NEWSROOM_GOOGLE_KEY and NEWSROOM_GOOGLE_ENGINE',
      timeoutMs,
      signal,
      answer: Answer,
    });
    return toHits(
      items.map(({ link, ...item }) => ({ ...item, url: link })),
      limit,
    );
  }
}
