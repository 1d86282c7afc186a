import { Tool, type ToolContext } from 'cadre';
import { z } from 'zod';
import type { SearchProvider } from '../search/search-provider.js';

const SearchInput = z.strictObject({
  query: z.string().trim().min(1).max(500),
  /** Results at most, 1 to 20. */
  limit: z.int().min(1).max(20).default(8),
});

const SearchOutput = z.object({
  provider: z.string(),
  results: z.array(z.object({ url: z.string(), title: z.string(), snippet: z.string() })).max(20),
  count: z.int().min(0),
});

/** Searches by the provider that is configured; a provider that is busy is asked once more. */
@Tool({
  name: 'web_search',
  description: 'Searches for pages.',
  input: SearchInput,
  output: SearchOutput,
  maxConcurrency: 4,
  retry: { attempts: 2, delayMs: 300 },
})
export class WebSearchTool {
  constructor(private readonly provider: SearchProvider) {}

  async use(
    { query, limit = 8 }: z.input<typeof SearchInput>,
    context?: ToolContext,
  ): Promise<z.output<typeof SearchOutput>> {
    const signal = context?.signal ?? new AbortController().signal;
    const results = await this.provider.search(query, limit, signal);
    return { provider: this.provider.name, results, count: results.length };
  }
}
