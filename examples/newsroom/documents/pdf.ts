import { getDocumentProxy, getMeta } from 'unpdf';
import { DocumentError } from '../newsroom.errors.js';
import { oneLine } from '../text/plain-text.js';
import type { ReadDocument } from './read-document.js';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/**
 * Reads the text of a PDF, page by page, up to `maxPages`.
 * @throws DOCUMENT_ENCRYPTED, DOCUMENT_CORRUPT, DOCUMENT_EMPTY (scanned pages hold pictures, no text)
 */
export async function readPdf(
  bytes: Uint8Array,
  name: string,
  options: { readonly maxPages: number; readonly signal?: AbortSignal },
): Promise<ReadDocument> {
  const pdf = await open(bytes, name);
  try {
    const { info } = await getMeta(pdf);
    const pages: string[] = [];
    for (let number = 1; number <= Math.min(pdf.numPages, options.maxPages); number += 1) {
      options.signal?.throwIfAborted();
      pages.push(await readPage(pdf, number));
    }
    const text = pages.join('\n\n');
    if (text.trim() === '') {
      throw new DocumentError(name, 'EMPTY', 'scanned pages have to go through text recognition first');
    }
    return {
      title: typeof info['Title'] === 'string' ? oneLine(info['Title']) || undefined : undefined,
      language: typeof info['Language'] === 'string' ? info['Language'] : undefined,
      text,
      headings: [],
      pageCount: pdf.numPages,
      isTruncated: pdf.numPages > options.maxPages,
    };
  } finally {
    await pdf.destroy();
  }
}

async function open(bytes: Uint8Array, name: string): Promise<Pdf> {
  try {
    // A copy: the reader takes the memory over. `verbosity: 0` keeps its warnings off the console.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (error) {
    if ((error as Error).name === 'PasswordException') {
      throw new DocumentError(name, 'ENCRYPTED', 'save it without one and send it again', error);
    }
    throw new DocumentError(name, 'CORRUPT', 'open it in a PDF viewer and save it anew', error);
  }
}

/** One page, its lines joined; a word that a hyphen splits over two lines is put together. */
async function readPage(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  let text = '';
  for (const item of items) if ('str' in item) text += item.str + (item.hasEOL ? '\n' : '');
  page.cleanup();
  return text.replace(/(\p{Ll})-\n(?=\p{Ll})/gu, '$1').replace(/[ \t]*\n[ \t]*/g, ' ');
}
