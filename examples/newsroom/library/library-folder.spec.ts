import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { withFolder } from '../testing/surroundings.js';
import { LibraryFolder } from './library-folder.js';
import { sectionsOf } from './library-pages.js';

const FILES = {
  'README.md': '# Read me',
  'docs/a.md': 'A',
  'docs/b.pdf': '%PDF',
  'docs/.hidden.md': 'no',
  'node_modules/x/README.md': 'no',
  'src/code.md': 'C',
  '.env': 'SECRET=1',
};

describe('LibraryFolder', () => {
  it('lists what can be searched, without hidden files, packages and links', () =>
    withFolder(FILES, async (folder) => {
      await symlink('/etc', join(folder, 'etc'));
      await symlink('/etc/passwd', join(folder, 'passwd.txt'));
      const paths = (await new LibraryFolder({ folder }).list()).map(({ path }) => path);
      expect(paths).toEqual(['README.md', 'docs/a.md', 'src/code.md']);
    }));

  it('knows only the entries that it is given', () =>
    withFolder(FILES, async (folder) => {
      const library = new LibraryFolder({ folder, entries: ['README.md', 'docs'] });
      expect((await library.list()).map(({ path }) => path)).toEqual(['README.md', 'docs/a.md']);
      await expect(library.read('src/code.md', 100)).rejects.toMatchObject({ code: 'LIBRARY_PATH_REFUSED' });
    }));

  it('leaves files out that are too large to be pages', () =>
    withFolder({ 'large.md': 'x'.repeat(1_048_577) }, async (folder) => {
      expect(await new LibraryFolder({ folder }).list()).toEqual([]);
    }));

  it.each([
    '',
    '.',
    '..',
    '../x',
    'docs/../../x',
    '.env',
    'docs/.hidden.md',
    'docs\\a.md',
    'a\0b',
    'node_modules/x/README.md',
  ])('refuses the path %j', (path) =>
    withFolder(FILES, async (folder) => {
      await expect(new LibraryFolder({ folder }).read(path, 100)).rejects.toMatchObject({
        code: 'LIBRARY_PATH_REFUSED',
      });
    }),
  );

  it('refuses links, folders, sockets and files that are too large', () =>
    withFolder(FILES, async (folder) => {
      await symlink('/etc/passwd', join(folder, 'link.md'));
      await symlink('/etc', join(folder, 'linked'));
      const server = createServer().listen(join(folder, 'socket'));
      await once(server, 'listening');
      const library = new LibraryFolder({ folder });
      for (const path of ['link.md', 'linked/passwd', 'docs', 'socket']) {
        await expect(library.read(path, 100)).rejects.toMatchObject({ code: 'LIBRARY_PATH_REFUSED' });
      }
      server.close();
      await expect(library.read('README.md', 3)).rejects.toMatchObject({
        message: expect.stringMatching(/at most 3/),
      });
    }));

  it('says that a file, or the whole library, is not there', async () => {
    await withFolder({}, async (folder) => {
      await expect(new LibraryFolder({ folder }).read('x.md', 9)).rejects.toMatchObject({
        kind: 'not-found',
      });
    });
    await expect(new LibraryFolder({ folder: '/nonexistent' }).list()).rejects.toMatchObject({
      message: expect.stringMatching(/NEWSROOM_LIBRARY_DIR/),
    });
  });
});

describe('sectionsOf', () => {
  it('splits Markdown at headings, but not at comments in code', () => {
    const sections = sectionsOf(
      'a b.md',
      'Start.\n\n# One\n\n```sh\n# no heading\n```\n\n## One\n\nLast.\n\n# Empty\n',
    );
    expect(sections).toEqual([
      { url: 'library:///a%20b.md', title: 'a b.md', text: 'Start.' },
      { url: 'library:///a%20b.md#one', title: 'One', text: '```sh\n# no heading\n```' },
      { url: 'library:///a%20b.md#one-1', title: 'One', text: 'Last.' },
    ]);
  });

  it('makes one section of an HTML or text file', () => {
    expect(sectionsOf('a.html', '<title>T</title><p>Body.</p>')).toEqual([
      { url: 'library:///a.html', title: 'T', text: 'Body.' },
    ]);
    expect(sectionsOf('a.txt', '# text')).toEqual([
      { url: 'library:///a.txt', title: 'a.txt', text: '# text' },
    ]);
  });
});
