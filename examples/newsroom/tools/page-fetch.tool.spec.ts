import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { PDFDocument } from 'pdf-lib';
import { LibraryFolder } from '../library/library-folder.js';
import { withFolder, withHttp, withServer } from '../testing/surroundings.js';
import type { FetchLimits } from '../web/guarded-http.js';
import { PageFetchTool } from './page-fetch.tool.js';

const ARTICLE = `<html lang="en"><head><title>Registries</title><meta name="author" content="Ada Writer"></head><body>
  <nav><a href="/">Home</a></nav><article><h1>Registries</h1>
  ${'<p>A registry knows its agents, and <em>what</em> each of them can do for the others.</p>'.repeat(8)}
  <script>alert(1)</script></article></body></html>`;

const noLibrary = new LibraryFolder({ folder: '/nonexistent' });

function fetching(
  listener: RequestListener,
  test: (fetch: (path: string) => ReturnType<PageFetchTool['use']>, url: string) => Promise<void>,
  limits: Partial<FetchLimits> = {},
): Promise<void> {
  return withServer(listener, (url) =>
    withHttp(limits, (http) => {
      const tool = new PageFetchTool(noLibrary, http);
      return test((path) => tool.use({ url: URL.canParse(path) ? path : url + path }), url);
    }),
  );
}

describe('PageFetchTool on the web', () => {
  it('reads the article of a page, its title and its author', () =>
    fetching(
      (_, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(ARTICLE),
      async (fetch, url) => {
        const page = await fetch('/a');
        expect(page).toMatchObject({
          url: `${url}/a`,
          title: 'Registries',
          byline: 'Ada Writer',
          language: 'en',
        });
        expect(page.text).toMatch(/^A registry knows its agents, and what each/m);
        expect(page.text).not.toMatch(/Home|alert/);
      },
    ));

  it('follows redirects and tells where it arrived', () =>
    fetching(
      (request, response) =>
        request.url === '/old'
          ? response.writeHead(302, { location: '/new' }).end()
          : response.writeHead(200, { 'content-type': 'text/plain' }).end('Arrived here.'),
      async (fetch, url) => {
        expect(await fetch('/old')).toMatchObject({ url: `${url}/new`, text: 'Arrived here.' });
      },
    ));

  it('gives up on a redirect loop', () => {
    let requests = 0;
    return fetching(
      (_, response) => {
        requests += 1;
        response.writeHead(302, { location: '/again' }).end();
      },
      async (fetch) => {
        await expect(fetch('/')).rejects.toMatchObject({ code: 'PAGE_REFUSED' });
        expect(requests).toBe(6);
      },
    );
  });

  it.each(['file:///etc/passwd', 'http://user:x@a.example/', '//[bad'])(
    'refuses a redirect to %s',
    (location) =>
      fetching(
        (_, response) => response.writeHead(301, { location }).end(),
        async (fetch) => {
          await expect(fetch('/')).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
        },
      ),
  );

  it('stops receiving a body that is larger than allowed', () =>
    fetching(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        const fill = (): void => {
          while (response.writable && response.write('x'.repeat(10_000)));
        };
        response.on('drain', fill);
        fill();
      },
      async (fetch) => {
        await expect(fetch('/')).rejects.toMatchObject({
          code: 'PAGE_REFUSED',
          message: expect.stringMatching(/larger than 100000/),
        });
      },
    ));

  it('refuses a body that declares itself too large, and one that unpacks to too much', () =>
    fetching(
      (request, response) =>
        request.url === '/declared'
          ? response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '200000' }).write('x')
          : response
              .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
              .end(gzipSync('x'.repeat(200_000))),
      async (fetch) => {
        await expect(fetch('/declared')).rejects.toMatchObject({
          message: expect.stringMatching(/larger than/),
        });
        await expect(fetch('/packed')).rejects.toMatchObject({
          message: expect.stringMatching(/larger than/),
        });
      },
    ));

  it('reads a compressed page', () =>
    fetching(
      (_, response) =>
        response
          .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
          .end(gzipSync('Packed words.')),
      async (fetch) => expect(await fetch('/')).toMatchObject({ text: 'Packed words.' }),
    ));

  it.each(['gzip', 'zstd', 'br', 'deflate'])('refuses a body that is not readable as %s', (encoding) =>
    fetching(
      (_, response) =>
        response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': encoding }).end('plain'),
      async (fetch) => {
        await expect(fetch('/')).rejects.toMatchObject({
          code: 'PAGE_REFUSED',
          message: expect.stringContaining(encoding),
        });
      },
    ),
  );

  it('gives up on a body that does not arrive in time', () =>
    fetching(
      (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).write('a'),
      async (fetch) => {
        await expect(fetch('/')).rejects.toMatchObject({ code: 'PAGE_TIMEOUT', retryable: true });
      },
      { timeoutMs: 150 },
    ));

  it('refuses other kinds of content', () =>
    fetching(
      (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
      async (fetch) => {
        await expect(fetch('/')).rejects.toMatchObject({
          code: 'PAGE_REFUSED',
          message: expect.stringMatching(/image\/png/),
        });
      },
    ));

  it.each([
    [404, 'PAGE_REFUSED', false],
    [429, 'PAGE_UNAVAILABLE', true],
    [503, 'PAGE_UNAVAILABLE', true],
  ])('answers %i with %s', (status, code, retryable) =>
    fetching(
      (_, response) => response.writeHead(status).end(),
      async (fetch) => {
        await expect(fetch('/')).rejects.toMatchObject({ code, retryable, details: { httpStatus: status } });
      },
    ),
  );

  it('says that a server cannot be reached', () =>
    withHttp({}, async (http) => {
      const fetch = new PageFetchTool(noLibrary, http).use({ url: 'http://127.0.0.1:1/' });
      await expect(fetch).rejects.toMatchObject({ code: 'PAGE_UNAVAILABLE', retryable: true });
    }));

  it('reaches no private server, by address or by name, unless it is allowed to', () => {
    let requests = 0;
    return fetching(
      (_, response) => response.end(String((requests += 1))),
      async (fetch, url) => {
        await expect(fetch('/')).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
        const named = url.replace('127.0.0.1', 'localhost');
        await expect(fetch(named)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
        expect(requests).toBe(0);
      },
      { allowPrivateAddresses: false },
    );
  });

  it('reads the title of a Markdown page and the text of a PDF', async () => {
    const pdf = await PDFDocument.create();
    pdf.addPage().drawText('Printed words.');
    const bytes = await pdf.save();
    await fetching(
      (request, response) =>
        request.url === '/pdf'
          ? response.setHeader('content-type', 'application/pdf').end(bytes)
          : response.setHeader('content-type', 'text/markdown').end('# Guide\n\nWords.'),
      async (fetch, url) => {
        expect(await fetch('/pdf')).toMatchObject({ title: `${url}/pdf`, text: 'Printed words.' });
        expect(await fetch('/guide.md')).toMatchObject({
          title: 'Guide',
          mediaType: 'text/markdown',
        });
      },
    );
  });
});

describe('PageFetchTool in the library', () => {
  const reading = (
    test: (fetch: (url: string) => ReturnType<PageFetchTool['use']>) => Promise<void>,
  ): Promise<void> =>
    withFolder({ 'docs/guide.md': 'Intro.\n\n# Retry & wait\n\nTry again.\n' }, (folder) =>
      withHttp({}, (http) => {
        const tool = new PageFetchTool(new LibraryFolder({ folder }), http);
        return test((url) => tool.use({ url }));
      }),
    );

  it('reads a whole file, or one section', () =>
    reading(async (fetch) => {
      expect((await fetch('library:///docs/guide.md')).text).toBe('Intro.\n\nTry again.');
      expect(await fetch('library:///docs/guide.md#retry--wait')).toMatchObject({
        title: 'Retry & wait',
        text: 'Try again.',
      });
    }));

  it('says that there is no such section or file', () =>
    reading(async (fetch) => {
      await expect(fetch('library:///docs/guide.md#x')).rejects.toMatchObject({
        code: 'LIBRARY_FILE_NOT_FOUND',
      });
      await expect(fetch('library:///docs/none.md')).rejects.toMatchObject({
        code: 'LIBRARY_FILE_NOT_FOUND',
      });
    }));

  it.each([
    'library:///../secret.md',
    'library:///docs/%2e%2e/%2e%2e/secret.md',
    'library:///.env',
    'library:///%',
  ])('does not leave the library by %s', (url) =>
    reading(async (fetch) => {
      await expect(fetch(url)).rejects.toMatchObject({ code: expect.stringMatching(/^LIBRARY_/) });
    }),
  );
});
