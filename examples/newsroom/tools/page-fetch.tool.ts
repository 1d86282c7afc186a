import { Tool, type ToolContext } from 'cadre';
import { z } from 'zod';
import { MAX_TEXT_CHARACTERS } from '../capabilities.js';
import { readPdf } from '../documents/pdf.js';
import type { LibraryFolder } from '../library/library-folder.js';
import { isLibraryUrl, parseLibraryUrl, sectionsOf } from '../library/library-pages.js';
import { LibraryFileError } from '../newsroom.errors.js';
import { shorten } from '../text/plain-text.js';
import { decodeText } from '../web/charset.js';
import type { GuardedHttp } from '../web/guarded-http.js';
import { readHtml } from '../web/readable-html.js';

const FetchInput = z.strictObject({ url: z.string().min(1).max(2_000) });

const FetchOutput = z.object({
  /** After redirects. */
  url: z.string(),
  title: z.string(),
  byline: z.string().optional(),
  language: z.string().optional(),
  mediaType: z.string(),
  text: z.string(),
});
type FetchOutput = z.infer<typeof FetchOutput>;

const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'text/html',
  'application/xhtml+xml',
  'text/plain',
  'text/markdown',
  'application/pdf',
]);
const MAX_PAGES = 50;
const MAX_LIBRARY_PAGE_BYTES = 1_048_576;

/**
 * Fetches a page of the public web, or of the library (`library:///docs/guide.md#section`), and returns what a reader
 * would read of it. Of a PDF, the first 50 pages.
 */
@Tool({
  name: 'page_fetch',
  description: 'Fetches a page and extracts its readable text.',
  input: FetchInput,
  output: FetchOutput,
  maxConcurrency: 8,
})
export class PageFetchTool {
  constructor(
    private readonly library: LibraryFolder,
    private readonly http: GuardedHttp,
  ) {}

  /** @throws ADDRESS_REFUSED, PAGE_…, LIBRARY_… or DOCUMENT_… */
  async use({ url }: z.infer<typeof FetchInput>, context?: ToolContext): Promise<FetchOutput> {
    return isLibraryUrl(url) ? this.#readLibrary(url) : this.#readWeb(url, context?.signal);
  }

  async #readLibrary(url: string): Promise<FetchOutput> {
    const { path, section } = parseLibraryUrl(url);
    const content = decodeText(await this.library.read(path, MAX_LIBRARY_PAGE_BYTES));
    const sections = sectionsOf(path, content);
    const wanted =
      section === undefined ? sections : sections.filter((part) => part.url.endsWith(`#${section}`));
    const [first] = wanted;
    if (first === undefined) {
      throw new LibraryFileError(
        `${path}#${section}`,
        'not-found',
        'has no such section; search the library again',
      );
    }
    const text = wanted.map((part) => part.text).join('\n\n');
    return { url, title: shorten(first.title, 300), mediaType: 'text/markdown', text };
  }

  async #readWeb(start: string, signal?: AbortSignal): Promise<FetchOutput> {
    const { url, mediaType, charset, bytes } = await this.http.get(start, MEDIA_TYPES, { signal });
    if (mediaType === 'application/pdf') {
      const { title, text, language } = await readPdf(bytes, url, { maxPages: MAX_PAGES, signal });
      return { url, title: title ?? url, language, mediaType, text: text.slice(0, MAX_TEXT_CHARACTERS) };
    }
    const content = decodeText(bytes, charset);
    if (mediaType === 'text/plain' || mediaType === 'text/markdown') {
      const title = sectionsOf(url, content).find((section) => section.title !== url)?.title ?? url;
      return { url, title: shorten(title, 300), mediaType, text: content.slice(0, MAX_TEXT_CHARACTERS) };
    }
    const { title, byline, language, text } = readHtml(content);
    return {
      url,
      title: title || url,
      byline,
      language,
      mediaType,
      text: text.slice(0, MAX_TEXT_CHARACTERS),
    };
  }
}
