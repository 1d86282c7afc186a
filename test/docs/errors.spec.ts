import type { Tokens } from 'marked';
import { markdownTokens, readText, sourceFiles } from './repository.js';

/** How src names a code: as a member of an error or a finding, or as an argument of `report`, first or after a place. */
const CODE =
  /(?:\bcode: |\breport\(\s*(?:['`][^'`]*['`],\s*)?)'([A-Z][A-Z0-9_]*)'(?:,\s*kind: '([a-z-]+)')?/g;

/** What has no kind is no error of its own, but an entry in the details of one. */
const NO_KIND = '–';

function codesOfSource(): Map<string, string> {
  const codes = new Map<string, string>();
  for (const path of sourceFiles()) {
    for (const [, code = '', kind] of readText(path).matchAll(CODE)) {
      codes.set(code, kind ?? codes.get(code) ?? NO_KIND);
    }
  }
  return codes;
}

function rowsOfPage(): string[][] {
  return markdownTokens('docs/errors.md')
    .filter((token): token is Tokens.Table => token.type === 'table')
    .filter(({ header }) => header[0]?.text === 'Code')
    .flatMap(({ rows }) => rows.map((row) => row.map(({ text }) => text.replaceAll('`', ''))));
}

describe('docs/errors.md', () => {
  const rows = rowsOfPage();
  const listed = rows.map(([code]) => code);

  it('lists the codes of the source and no other', () => {
    expect(listed).toEqual([...codesOfSource().keys()].toSorted());
  });

  it('gives each code the kind that the source gives it', () => {
    const kinds = Object.fromEntries(rows.map(([code, kind]) => [code, kind]));
    expect(kinds).toEqual(Object.fromEntries(codesOfSource()));
  });

  it('says of each code what happened and what to do', () => {
    expect(rows.filter((row) => row.length !== 4 || row.some((cell) => cell.trim() === ''))).toEqual([]);
  });
});
