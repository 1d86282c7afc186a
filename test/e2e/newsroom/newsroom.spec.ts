import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Document, HeadingLevel, Packer, Paragraph } from 'docx';
import { simpleParser, type ParsedMail } from 'mailparser';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import { sendAsWritten, withNewsroom } from './newsroom.js';
import { page, Site } from './outside-world.js';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** A PDF of one page for each text, and with an attachment of so many bytes. */
async function pdfOf(texts: readonly string[], attachedBytes = 0): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  pdf.setTitle('The harbor in figures');
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (const text of texts) pdf.addPage().drawText(text, { x: 50, y: 700, size: 11, font });
  // Bytes that do not compress: the file is as large as they are.
  const bytes = Uint8Array.from(
    { length: attachedBytes },
    (_, index) => (index * index * 2_654_435_761) >>> 24,
  );
  if (attachedBytes > 0) await pdf.attach(bytes, 'data.bin');
  return pdf.save();
}

function docxOf(title: string, ...texts: readonly string[]): Promise<Buffer> {
  const heading = new Paragraph({ text: title, heading: HeadingLevel.HEADING_1 });
  const children = [heading, ...texts.map((text) => new Paragraph({ text }))];
  return Packer.toBuffer(new Document({ sections: [{ children }] }));
}

function inBase64(bytes: Uint8Array, mediaType: string, name: string) {
  return { input: { base64: Buffer.from(bytes).toString('base64'), mediaType, name } };
}

async function mailsIn(dataFolder: string): Promise<ParsedMail[]> {
  const names = await readdir(join(dataFolder, 'outbox'));
  return Promise.all(
    names.map(async (name) => simpleParser(await readFile(join(dataFolder, 'outbox', name)))),
  );
}

describe('the calls of the README', () => {
  it('research what happens when every agent is busy, from the guide on routing tasks', () =>
    withNewsroom({}, async (client) => {
      const { status, body } = await sendAsWritten(client, 'README.md', 'web_research/tasks');
      const url = 'library:///docs/guides/routing-tasks.md#what-happens-when-every-agent-is-busy';
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'succeeded',
        agent: 'research_pro',
        version: '2.1.0',
        outputType: 'research_report',
        costUsd: 0.02,
        output: {
          query: 'What happens to a task when every agent is busy?',
          findings: expect.arrayContaining([
            { title: expect.any(String), url, summary: expect.stringContaining('waits in line') },
          ]),
          sources: expect.arrayContaining([{ title: expect.any(String), url, credibility: 0.9 }]),
          skipped: [],
        },
        sources: expect.arrayContaining([expect.objectContaining({ url })]),
        confidence: 0.87,
        attempts: [
          {
            attempt: 1,
            status: 'succeeded',
            toolCalls: expect.arrayContaining([
              expect.objectContaining({ tool: 'web_search', status: 'succeeded' }),
              expect.objectContaining({ tool: 'page_fetch', status: 'succeeded' }),
              expect.objectContaining({ tool: 'text_summarizer', status: 'succeeded' }),
            ]),
          },
        ],
      });
    }));

  it('tell how an agent is chosen', () =>
    withNewsroom({}, async (client) => {
      const { status, body } = await sendAsWritten(
        client,
        'examples/newsroom/README.md',
        'web_research/tasks',
      );
      expect(status).toBe(200);
      expect(body['output']).toMatchObject({
        findings: expect.arrayContaining([expect.objectContaining({ title: 'How an agent is chosen' })]),
      });
    }));

  it('ask who would write and why, and take one of the writers out of service', () =>
    withNewsroom({}, async (client) => {
      const choose = () => sendAsWritten(client, 'README.md', 'content_writing/choices');
      const both = ['content_writer', 'plain_writer'].map((agent) => expect.objectContaining({ agent }));
      expect(await choose()).toMatchObject({
        status: 200,
        body: {
          strategy: 'adaptive',
          chosen: { agent: expect.stringMatching(/_writer$/) },
          reason: expect.stringContaining('expected worth'),
          candidates: expect.arrayContaining(both),
          excluded: [],
        },
      });

      expect(await sendAsWritten(client, 'README.md', 'plain_writer/status')).toMatchObject({
        status: 200,
        body: { id: 'plain_writer@1.0.0', status: 'maintenance' },
      });
      const excluded = [{ agent: 'plain_writer', reason: expect.stringContaining('maintenance') }];
      expect(await choose()).toMatchObject({ body: { chosen: { agent: 'content_writer' }, excluded } });
      for (const text of ['All went well.', 'Nothing broke.']) {
        expect(await client.task('content_writing', { input: text })).toMatchObject({
          status: 200,
          body: { agent: 'content_writer', output: { kind: 'summary', text }, choice: { excluded } },
        });
      }
    }));

  it('run a research and write an article from what it found', () =>
    withNewsroom({}, async (client) => {
      const { status, headers, body } = await sendAsWritten(client, 'README.md', '/runs?wait');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'succeeded',
        outputType: 'article',
        stepCount: 2,
        output: {
          kind: 'article',
          title: 'how is an agent chosen',
          writtenBy: 'extraction',
          text: expect.stringMatching(/^# how is an agent chosen\n[^]*## Sources\n\n- <library:\/\/\//),
          sources: expect.arrayContaining(['library:///docs/guides/routing-tasks.md#how-an-agent-is-chosen']),
        },
      });
      expect(headers.get('location')).toBe(`/api/v1/runs/${String(body['runId'])}`);
      expect(await client.get(`runs/${String(body['runId'])}/steps`)).toMatchObject({
        body: {
          items: [
            { stepId: 'step-1', status: 'succeeded', agent: 'research_pro', outputType: 'research_report' },
            { stepId: 'step-2', status: 'succeeded', outputType: 'article' },
          ],
        },
      });
    }));
});

describe('notifications without a mail server', () => {
  const input = {
    text: 'All went well. The harbor opens at six.',
    recipient: { address: 'ada@a.example', subject: 'Today' },
  };

  it('become one file each, which a mail program can open', () =>
    withNewsroom({}, async (client, dataFolder) => {
      const first = await client.task('send_notification', { input });
      expect(first).toMatchObject({
        status: 200,
        body: {
          outputType: 'delivery_confirmation',
          output: { transport: 'file', accepted: ['ada@a.example'] },
        },
      });
      const mail = {
        subject: 'Today',
        text: expect.stringContaining('The harbor opens at six.'),
        to: { value: [{ address: 'ada@a.example' }] },
        from: { value: [{ address: 'newsroom@cadre.invalid' }] },
      };
      const { location, messageId } = first.body['output'] as { location: string; messageId: string };
      const written = await simpleParser(await readFile(join(dataFolder, location)));
      expect(written).toMatchObject({ ...mail, messageId: `<${messageId}>` });

      // Another request is another task, so it is another mail.
      await client.task('send_notification', { input });
      const mails = await mailsIn(dataFolder);
      expect(mails).toMatchObject([mail, mail]);
      expect(new Set(mails.map((each) => each.messageId)).size).toBe(2);
    }));

  it('are refused before anything is written when the subject would become a header', () =>
    withNewsroom({}, async (client, dataFolder) => {
      const recipient = { address: 'ada@a.example', subject: 'Hi\r\nBcc: eve@e.example' };
      expect(await client.task('send_notification', { input: { ...input, recipient } })).toMatchObject({
        status: 400,
        body: { code: 'INPUT_INVALID', detail: expect.stringContaining('one line') },
      });
      expect(await readdir(dataFolder)).toEqual([]);
    }));
});

describe('documents', () => {
  it('are read from a PDF in the request', () =>
    withNewsroom({}, async (client) => {
      const pdf = await pdfOf([
        'The harbor moved 41 million tons in 2025. Cranes were idle for 12 days.',
        'A new quay opens in spring.',
      ]);
      expect(await client.task('document_analysis', inBase64(pdf, 'application/pdf', 'plan'))).toMatchObject({
        status: 200,
        body: {
          agent: 'document_analyst',
          outputType: 'analysis_report',
          output: {
            name: 'plan',
            title: 'The harbor in figures',
            mediaType: 'application/pdf',
            pageCount: 2,
            summary: expect.stringContaining('The harbor moved 41 million tons in 2025.'),
            keySentences: expect.arrayContaining(['A new quay opens in spring.']),
            isTruncated: false,
          },
        },
      });
    }));

  it('are read from a DOCX in the request', () =>
    withNewsroom({}, async (client) => {
      const docx = await docxOf('Quay plan', 'The quay opens in spring.', 'The quay has four cranes.');
      expect(await client.task('document_analysis', inBase64(docx, DOCX, 'quay'))).toMatchObject({
        status: 200,
        body: {
          outputType: 'analysis_report',
          output: {
            title: 'Quay plan',
            mediaType: DOCX,
            headings: [{ level: 1, text: 'Quay plan' }],
            summary: expect.stringContaining('The quay opens in spring.'),
            keyTerms: expect.arrayContaining([
              { term: expect.stringMatching(/quay/i), count: expect.any(Number) },
            ]),
          },
        },
      });
    }));

  it('may be as large as the server is set to take', async () => {
    const body = inBase64(await pdfOf(['The quay opens in spring.'], 2_000_000), 'application/pdf', 'large');
    await withNewsroom({}, async (client) => {
      expect(await client.task('document_analysis', body)).toMatchObject({
        status: 413,
        body: { code: 'BODY_TOO_LARGE' },
      });
    });
    await withNewsroom({ CADRE_BODY_LIMIT_BYTES: '4194304' }, async (client) => {
      expect(await client.task('document_analysis', body)).toMatchObject({
        status: 200,
        body: { output: { summary: 'The quay opens in spring.' } },
      });
    });
  });

  it('that are damaged are refused with what to do', () =>
    withNewsroom({}, async (client) => {
      const body = inBase64(Buffer.from('%PDF-1.7 and no more'), 'application/pdf', 'torn');
      expect(await client.task('document_analysis', body)).toMatchObject({
        status: 400,
        body: {
          code: 'DOCUMENT_CORRUPT',
          detail: expect.stringContaining('"torn"'),
          task: { attempts: [{}] },
        },
      });
    }));

  it('outside of the library are refused', () =>
    withNewsroom({}, async (client) => {
      const read = (path: string) => client.task('document_analysis', { input: { path } });
      expect(await read('docs/glossary.md')).toMatchObject({ status: 200 });
      for (const path of [
        '../README.md',
        'docs/../package.json',
        'package.json',
        '/etc/passwd',
        '.git/config',
      ]) {
        expect(await read(path)).toMatchObject({
          status: 400,
          body: { code: 'LIBRARY_PATH_REFUSED', details: { path } },
        });
      }
    }));

  it('at private addresses are refused, and nobody is asked for them', async () => {
    const site = await new Site({ '/': page('Intranet', 'Nobody should read this.') }).open();
    try {
      await withNewsroom({}, async (client) => {
        const { port } = new URL(site.url);
        const hosts = [
          `127.0.0.1:${port}`,
          `localhost:${port}`,
          `[::ffff:127.0.0.1]:${port}`,
          '169.254.169.254',
        ];
        for (const host of hosts) {
          expect(await client.task('document_analysis', { input: { url: `http://${host}/` } })).toMatchObject(
            {
              status: 400,
              body: { code: 'ADDRESS_REFUSED', detail: expect.stringContaining('not public') },
            },
          );
        }
      });
      expect(site.visits).toEqual([]);
    } finally {
      await site.close();
    }
  });
});
