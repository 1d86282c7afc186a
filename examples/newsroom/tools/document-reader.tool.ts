import { extname } from 'node:path';
import { Tool, type ToolContext } from 'cadre';
import { z } from 'zod';
import { DocumentInput, MAX_TEXT_CHARACTERS } from '../capabilities.js';
import { readDocx } from '../documents/docx.js';
import { readPdf } from '../documents/pdf.js';
import {
  kindOfExtension,
  kindOfMediaType,
  mediaTypeOfKind,
  READABLE_KINDS,
  READABLE_MEDIA_TYPES,
  type DocumentKind,
  type ReadDocument,
} from '../documents/read-document.js';
import type { LibraryFolder } from '../library/library-folder.js';
import { DocumentError } from '../newsroom.errors.js';
import { markdownHeadings, shorten } from '../text/plain-text.js';
import { decodeText } from '../web/charset.js';
import type { GuardedHttp } from '../web/guarded-http.js';
import { readHtml } from '../web/readable-html.js';

const ReaderOutput = z.object({
  name: z.string(),
  mediaType: z.string(),
  title: z.string(),
  text: z.string(),
  headings: z.array(z.object({ level: z.int(), text: z.string() })),
  pageCount: z.int().optional(),
  language: z.string().optional(),
  isTruncated: z.boolean(),
});
type ReaderOutput = z.infer<typeof ReaderOutput>;

/** A document's bytes, and what is known of them. */
interface Loaded {
  readonly name: string;
  readonly bytes: Buffer;
  readonly kind: DocumentKind | undefined;
  readonly charset?: string;
}

/** Reads a document, from the library folder, the web or the request itself, as text. */
@Tool({
  name: 'document_reader',
  description: 'Reads a PDF, DOCX, HTML, Markdown or text document.',
  input: DocumentInput,
  output: ReaderOutput,
  maxConcurrency: 2,
})
export class DocumentReaderTool {
  constructor(
    private readonly library: LibraryFolder,
    private readonly http: GuardedHttp,
    private readonly limits: { readonly maxBytes: number; readonly maxPages: number },
  ) {}

  /** @throws DOCUMENT_…, LIBRARY_… or PAGE_… naming the document and the remedy */
  async use(input: DocumentInput, context?: ToolContext): Promise<ReaderOutput> {
    const loaded = await this.#load(input, context?.signal);
    const { name, bytes } = loaded;
    if (bytes.length > this.limits.maxBytes) {
      throw new DocumentError(
        name,
        'TOO_LARGE',
        `it has ${bytes.length} bytes and may have ${this.limits.maxBytes}; split it`,
      );
    }
    if (bytes.length === 0) throw new DocumentError(name, 'EMPTY', 'send one with content');
    const kind = this.#kindOf(loaded);
    const document = await this.#read(kind, loaded, context?.signal);
    if (document.text.trim() === '') throw new DocumentError(name, 'EMPTY', 'send one with text in it');
    return {
      name,
      mediaType: mediaTypeOfKind(kind),
      title: document.title || document.headings[0]?.text || name,
      text: document.text.slice(0, MAX_TEXT_CHARACTERS),
      headings: document.headings
        .slice(0, 200)
        .map(({ level, text }) => ({ level, text: shorten(text, 300) })),
      pageCount: document.pageCount,
      language: document.language,
      isTruncated: document.isTruncated || document.text.length > MAX_TEXT_CHARACTERS,
    };
  }

  async #load(input: DocumentInput, signal?: AbortSignal): Promise<Loaded> {
    if ('path' in input) {
      const bytes = await this.library.read(input.path, this.limits.maxBytes);
      return { name: input.path, bytes, kind: kindOfExtension(extname(input.path)) };
    }
    if ('url' in input) {
      const options = { signal, maxBytes: this.limits.maxBytes };
      const { url, bytes, mediaType, charset } = await this.http.get(
        input.url,
        READABLE_MEDIA_TYPES,
        options,
      );
      return { name: url, bytes, kind: kindOfMediaType(mediaType), charset };
    }
    const bytes = Buffer.from(input.base64, 'base64');
    return {
      name: input.name ?? 'the document in the request',
      bytes,
      kind: kindOfMediaType(input.mediaType),
    };
  }

  #kindOf({ name, kind, bytes }: Loaded): DocumentKind {
    if (kind === undefined) throw new DocumentError(name, 'UNSUPPORTED', `send one of ${READABLE_KINDS}`);
    const isBinary = kind === 'pdf' || kind === 'docx';
    if (!isBinary && bytes.subarray(0, 8_192).includes(0)) {
      throw new DocumentError(name, 'UNSUPPORTED', `it holds binary data; send one of ${READABLE_KINDS}`);
    }
    return kind;
  }

  async #read(
    kind: DocumentKind,
    { name, bytes, charset }: Loaded,
    signal?: AbortSignal,
  ): Promise<ReadDocument> {
    if (kind === 'pdf') return readPdf(bytes, name, { maxPages: this.limits.maxPages, signal });
    if (kind === 'docx') return readDocx(bytes, name);
    const text = decodeText(bytes, charset);
    if (kind === 'html') return { ...readHtml(text), isTruncated: false };
    return { text, headings: kind === 'markdown' ? markdownHeadings(text) : [], isTruncated: false };
  }
}
