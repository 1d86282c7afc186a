import mammoth from 'mammoth';
import { DocumentError } from '../newsroom.errors.js';
import { readHtml } from '../web/readable-html.js';
import type { ReadDocument } from './read-document.js';
import { unpackedBytes } from './zip-size.js';

/** A document that unpacks to more is no document that a person wrote. */
const MAX_UNPACKED_BYTES = 150 * 1_048_576;

/**
 * Reads a Word document (DOCX). Pictures and other files it refers to are not loaded.
 * @throws DOCUMENT_CORRUPT, DOCUMENT_TOO_LARGE, DOCUMENT_ENCRYPTED
 */
export async function readDocx(bytes: Buffer, name: string): Promise<ReadDocument> {
  // Word wraps a protected document in the older compound file format.
  if (bytes.subarray(0, 4).toString('hex') === 'd0cf11e0') {
    throw new DocumentError(name, 'ENCRYPTED', 'save it as DOCX without a password and send it again');
  }
  let html: string;
  try {
    if ((await unpackedBytes(bytes, MAX_UNPACKED_BYTES)) > MAX_UNPACKED_BYTES) {
      throw new DocumentError(
        name,
        'TOO_LARGE',
        `it unpacks to more than ${MAX_UNPACKED_BYTES} bytes; split it`,
      );
    }
    const convertImage = mammoth.images.imgElement(() => Promise.resolve({ src: '' }));
    html = (await mammoth.convertToHtml({ buffer: bytes }, { convertImage })).value;
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    throw new DocumentError(name, 'CORRUPT', 'open it in a word processor and save it anew', error);
  }
  const { text, headings } = readHtml(html);
  return { title: headings[0]?.text, text, headings, isTruncated: false };
}
