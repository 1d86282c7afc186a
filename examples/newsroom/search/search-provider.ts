/** One result of a search. */
export interface SearchHit {
  readonly url: string;
  readonly title: string;
  readonly snippet: string;
}

/** Where results come from. Adapters name themselves, so that a result can be traced to its source. */
export abstract class SearchProvider {
  abstract readonly name: string;

  /**
   * At most `limit` (1 to 20) results, best first; none is a valid answer.
   * @throws SEARCH_REFUSED when the provider will refuse again: check its settings
   * @throws SEARCH_UNAVAILABLE, SEARCH_TIMEOUT when a later try may succeed
   */
  abstract search(query: string, limit: number, signal: AbortSignal): Promise<SearchHit[]>;
}
