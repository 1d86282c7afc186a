import type { Tokens } from 'marked';
import { filesUnder, markdownTokens, readShape } from './repository.js';

const { LINE, RING } = await readShape();

interface Entry {
  readonly folder: string;
  /** A folder that exists is a link to it. */
  readonly isLink: boolean;
}

/** The entries of the two lists of src/README.md: the line, then the ring. */
function entriesOfPage(): Entry[][] {
  const lists = markdownTokens('src/README.md').filter(
    (token): token is Tokens.List => token.type === 'list',
  );
  return lists.map(({ items }) =>
    items.map(({ text }) => ({ folder: /[a-z]+/.exec(text)?.[0] ?? text, isLink: text.startsWith('[') })),
  );
}

describe('src/README.md', () => {
  const [line = [], ring = []] = entriesOfPage();

  it('lists the line in the order that the directions gate checks', () => {
    expect(line.map(({ folder }) => folder)).toEqual(LINE);
  });

  it('lists the ring', () => {
    expect(ring.map(({ folder }) => folder)).toEqual(RING);
  });

  it('links exactly the folders that exist', () => {
    const existing = new Set(
      filesUnder('src', '.ts').flatMap((path) => /^src\/([^/]+)\//.exec(path)?.[1] ?? []),
    );
    const linked = [...line, ...ring].filter(({ isLink }) => isLink).map(({ folder }) => folder);
    expect(linked.toSorted()).toEqual([...existing].toSorted());
  });
});
