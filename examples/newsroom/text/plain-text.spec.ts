import { countWords, markdownHeadings, oneLine, proseOf, shorten } from './plain-text.js';

describe('proseOf', () => {
  it('keeps the words of emphasis and links, and leaves identifiers whole', () => {
    const text = 'A **bold** and _soft_ [link](https://a.example) to `snake_case`, ~~gone~~ & 2 * 3.';
    expect(proseOf(text)).toBe('A bold and soft link to snake_case, gone & 2 * 3.');
  });

  it('leaves out code, tables, images, comments and headings', () => {
    const text = '# Title\n\n```js\nlet x;\n```\n\n| a |\n|---|\n| b |\n\n<!-- no -->\n\n![alt](i.png) Kept.';
    expect(proseOf(text)).toBe('Kept.');
  });

  it('keeps list items and quotes as paragraphs of their own', () => {
    expect(proseOf('- One.\n- Two.\n\n> Three.')).toBe('One.\n\nTwo.\n\nThree.');
  });

  it('joins broken lines and drops front matter', () => {
    expect(proseOf('---\ntitle: x\n---\nOne line  \nand the next.')).toBe('One line and the next.');
  });

  it.each(['> ', '- ', '> - ', '1. > ', '*a_', 'http://a.example/(', '[a', '**a _b '])(
    'answers for a hundred kilobytes of %j',
    (unit) => {
      expect(() => proseOf(unit.repeat(100_000 / unit.length))).not.toThrow();
    },
  );
});

describe('markdownHeadings', () => {
  it('lists headings with their level, without markup', () => {
    expect(markdownHeadings('# One *big*\n\ntext\n\n### Two `code`')).toEqual([
      { level: 1, text: 'One big' },
      { level: 3, text: 'Two code' },
    ]);
  });
});

describe('small text helpers', () => {
  it('makes one line of any white space and drops control characters', () => {
    expect(oneLine(' a\r\n\tb\u0000\u2028c ')).toBe('a b c');
  });

  it('shortens with an ellipsis, within the length asked for', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('abc', 3)).toBe('abc');
  });

  it('counts words with their apostrophes and hyphens once', () => {
    expect(countWords("It's a well-known fact: 3 words – née.")).toBe(7);
  });
});
