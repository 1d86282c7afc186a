import { Document, HeadingLevel, Packer, Paragraph } from 'docx';
import { deflateRawSync } from 'node:zlib';
import { PDFDocument, PDFHexString, StandardFonts } from 'pdf-lib';
import { unpackedBytes } from '../documents/zip-size.js';
import { LibraryFolder } from '../library/library-folder.js';
import { withFolder, withHttp, withServer } from '../testing/surroundings.js';
import { DocumentReaderTool } from './document-reader.tool.js';

const LIMITS = { maxBytes: 200_000, maxPages: 2 };
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

function withReader(
  test: (reader: DocumentReaderTool) => Promise<void>,
  files: Record<string, string | Uint8Array> = {},
): Promise<void> {
  return withFolder(files, (folder) =>
    withHttp({}, (http) => test(new DocumentReaderTool(new LibraryFolder({ folder }), http, LIMITS))),
  );
}

const inline = (bytes: Uint8Array | string, mediaType: string) => ({
  base64: Buffer.from(bytes).toString('base64'),
  mediaType,
  name: 'the file',
});

async function pdfOf(...pages: string[]): Promise<PDFDocument> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (const text of pages) pdf.addPage().drawText(text, { x: 50, y: 700, size: 12, font });
  return pdf;
}

/** Protected by a password that nobody knows: the keys are made up. */
async function encryptedPdf(): Promise<Uint8Array> {
  const pdf = await pdfOf('Secret.');
  const key = PDFHexString.of('ab'.repeat(32));
  const { context } = pdf;
  context.trailerInfo.Encrypt = context.register(
    context.obj({ Filter: 'Standard', V: 1, R: 2, O: key, U: key, P: -4 }),
  );
  context.trailerInfo.ID = context.obj([PDFHexString.of('cd'.repeat(16)), PDFHexString.of('cd'.repeat(16))]);
  return pdf.save({ useObjectStreams: false });
}

function docxOf(...children: Paragraph[]): Promise<Buffer> {
  return Packer.toBuffer(new Document({ sections: [{ children }] }));
}

/** A ZIP archive of one entry that claims to unpack to nothing. */
function zipOf(content: Buffer): Buffer {
  const data = deflateRawSync(content);
  const local = Buffer.alloc(31);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt16LE(1, 26);
  const entry = Buffer.alloc(47);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt16LE(1, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + data.length, 16);
  return Buffer.concat([local, data, entry, end]);
}

describe('DocumentReaderTool', () => {
  it('reads a PDF with its title, page after page, and puts split words together', () =>
    withReader(async (reader) => {
      const pdf = await pdfOf('A regis-\ntry of\nagents.', 'Second page.');
      pdf.setTitle('On Agents');
      expect(await reader.use(inline(await pdf.save(), 'application/pdf'))).toMatchObject({
        title: 'On Agents',
        mediaType: 'application/pdf',
        pageCount: 2,
        text: 'A registry of agents.\n\nSecond page.',
        isTruncated: false,
      });
    }));

  it('reads the first pages of a long PDF and says so', () =>
    withReader(async (reader) => {
      const bytes = await (await pdfOf('One.', 'Two.', 'Three.')).save();
      const document = await reader.use(inline(bytes, 'application/pdf'));
      expect(document).toMatchObject({ pageCount: 3, text: 'One.\n\nTwo.', isTruncated: true });
    }));

  it('reads a DOCX with its headings', () =>
    withReader(async (reader) => {
      const bytes = await docxOf(
        new Paragraph({ text: 'Plan', heading: HeadingLevel.HEADING_1 }),
        new Paragraph('First paragraph.'),
        new Paragraph('Second paragraph.'),
      );
      expect(await reader.use(inline(bytes, DOCX))).toMatchObject({
        title: 'Plan',
        headings: [{ level: 1, text: 'Plan' }],
        text: 'Plan\n\nFirst paragraph.\n\nSecond paragraph.',
      });
    }));

  it('reads files of the library by their ending', () =>
    withReader(
      async (reader) => {
        expect(await reader.use({ path: 'a.md' })).toMatchObject({
          title: 'Head',
          mediaType: 'text/markdown',
        });
        expect(await reader.use({ path: 'b.txt' })).toMatchObject({ title: 'b.txt', text: 'Plain.' });
        const html = await reader.use({ path: 'c.html' });
        expect(html).toMatchObject({ title: 'Page', language: 'de', text: 'Body.' });
      },
      {
        'a.md': '# Head\n\nText.',
        'b.txt': 'Plain.',
        'c.html': '<html lang="de"><head><title>Page</title></head><body><p>Body.</p></body></html>',
      },
    ));

  it('reads a document of the web', () =>
    withServer(
      (_, response) =>
        response.setHeader('content-type', 'text/plain; charset=iso-8859-1').end(Buffer.from([0xe9])),
      (url) =>
        withReader(async (reader) => {
          expect(await reader.use({ url: `${url}/x` })).toMatchObject({ name: `${url}/x`, text: 'é' });
        }),
    ));

  it('names a document that is protected, and the remedy', () =>
    withReader(async (reader) => {
      const expected = {
        code: 'DOCUMENT_ENCRYPTED',
        kind: 'input',
        message: expect.stringMatching(/"the file".*without/),
      };
      await expect(reader.use(inline(await encryptedPdf(), 'application/pdf'))).rejects.toMatchObject(
        expected,
      );
      const compound = Buffer.from('d0cf11e0a1b11ae1', 'hex');
      await expect(reader.use(inline(compound, DOCX))).rejects.toMatchObject(expected);
    }));

  it.each([
    ['a damaged PDF', '%PDF-1.7 nothing', 'application/pdf', 'DOCUMENT_CORRUPT'],
    ['a damaged DOCX', 'PK nothing at all but words', DOCX, 'DOCUMENT_CORRUPT'],
    ['an archive that is no DOCX', zipOf(Buffer.from('x')), DOCX, 'DOCUMENT_CORRUPT'],
    ['a text of white space', ' \n\n', 'text/plain', 'DOCUMENT_EMPTY'],
    ['binary data called text', 'a\0b\0', 'text/plain', 'DOCUMENT_UNSUPPORTED'],
    ['a picture', 'xxxx', 'image/png', 'DOCUMENT_UNSUPPORTED'],
    ['too many bytes', 'x'.repeat(200_001), 'text/plain', 'DOCUMENT_TOO_LARGE'],
    [
      'an archive that unpacks to gigabytes',
      zipOf(Buffer.alloc(160 * 1_048_576)),
      DOCX,
      'DOCUMENT_TOO_LARGE',
    ],
  ])('refuses %s', (_, content, mediaType, code) =>
    withReader(async (reader) => {
      await expect(reader.use(inline(content, mediaType))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/"the file"/),
      });
    }),
  );

  it('refuses pages without text, and files without content', () =>
    withReader(
      async (reader) => {
        const scanned = await (await pdfOf('')).save();
        await expect(reader.use(inline(scanned, 'application/pdf'))).rejects.toMatchObject({
          message: expect.stringMatching(/recognition/),
        });
        await expect(reader.use({ path: 'empty.txt' })).rejects.toMatchObject({ code: 'DOCUMENT_EMPTY' });
        await expect(reader.use({ path: 'a.xyz' })).rejects.toMatchObject({ code: 'DOCUMENT_UNSUPPORTED' });
      },
      { 'empty.txt': '', 'a.xyz': 'x' },
    ));

  it('refuses a request that mixes two kinds of documents', () =>
    withReader(async (reader) => {
      const mixed = { path: 'a.md', url: 'https://a.example/' };
      await expect(reader.use(mixed as never)).rejects.toMatchObject({ code: 'TOOL_INPUT_INVALID' });
    }));
});

describe('unpackedBytes', () => {
  it('counts what an archive holds, not what it claims', async () => {
    expect(await unpackedBytes(zipOf(Buffer.alloc(5_000)), 10_000)).toBe(5_000);
    expect(await unpackedBytes(zipOf(Buffer.alloc(50_000)), 10_000)).toBeGreaterThan(10_000);
  });

  it('fails for an archive whose directory is damaged', async () => {
    const archive = zipOf(Buffer.alloc(100));
    archive.writeUInt32LE(0, archive.length - 22 + 16);
    await expect(unpackedBytes(archive, 1_000)).rejects.toThrow(RangeError);
  });
});
