import MiniSearch from 'minisearch';
import type { LibraryFile, LibraryFolder } from '../library/library-folder.js';
import { sectionsOf, type LibrarySection } from '../library/library-pages.js';
import { proseOf, shorten } from '../text/plain-text.js';
import { decodeText } from '../web/charset.js';
import { SearchProvider, type SearchHit } from './search-provider.js';

/** Bytes of all files together; what comes after them, by path, is left out. */
const MAX_LIBRARY_BYTES = 64 * 1_048_576;
const SNIPPET_CHARACTERS = 300;

interface Index {
  readonly search: MiniSearch<LibrarySection>;
  readonly sections: ReadonlyMap<string, LibrarySection>;
}

/**
 * Searches the library folder by a full-text index over its sections (BM25+). The folder is looked through at every
 * search, and the index is made anew when a file has changed.
 */
export class LibrarySearchProvider extends SearchProvider {
  readonly name = 'library';
  /** The fingerprint holds path, size and time of every file: one of them changes when a file does. */
  #index: { readonly fingerprint: string; readonly built: Promise<Index> } | undefined;

  constructor(private readonly library: LibraryFolder) {
    super();
  }

  async search(query: string, limit: number, signal: AbortSignal): Promise<SearchHit[]> {
    const { search, sections } = await this.#currentIndex();
    signal.throwIfAborted();
    return search
      .search(query)
      .slice(0, limit)
      .map(({ id }) => sections.get(id as string) as LibrarySection)
      .map(({ url, title, text }) => ({
        url,
        title,
        snippet: shorten(proseOf(text) || text, SNIPPET_CHARACTERS),
      }));
  }

  async #currentIndex(): Promise<Index> {
    const files = await this.library.list();
    const fingerprint = files
      .map(({ path, sizeBytes, modifiedAt }) => `${path}:${sizeBytes}:${modifiedAt}`)
      .join('\n');
    if (this.#index?.fingerprint !== fingerprint) this.#index = { fingerprint, built: this.#build(files) };
    return this.#index.built;
  }

  async #build(files: readonly LibraryFile[]): Promise<Index> {
    const sections = new Map<string, LibrarySection>();
    let bytes = 0;
    for (const { path, sizeBytes } of files) {
      bytes += sizeBytes;
      if (bytes > MAX_LIBRARY_BYTES) break;
      for (const section of await this.#sections(path)) sections.set(section.url, section);
    }
    const search = new MiniSearch<LibrarySection>({
      idField: 'url',
      fields: ['title', 'text'],
      searchOptions: { boost: { title: 3 }, prefix: (term) => term.length > 3, fuzzy: 0.15, maxFuzzy: 2 },
      processTerm: (term) => (STOP_WORDS.has(term.toLowerCase()) ? null : term.toLowerCase()),
    });
    await search.addAllAsync([...sections.values()]);
    return { search, sections };
  }

  /** None for a file that went away since the folder was looked through. */
  async #sections(path: string): Promise<LibrarySection[]> {
    try {
      return sectionsOf(path, decodeText(await this.library.read(path, MAX_LIBRARY_BYTES)));
    } catch {
      return [];
    }
  }
}

/** Words that say nothing of what is looked for. */
const STOP_WORDS = new Set(
  'a an and are as at be but by can do does for from has have how i in is it its of on or that the this to was what when where which who why will with you your'.split(
    ' ',
  ),
);
