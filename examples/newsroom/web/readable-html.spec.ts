import { decodeText } from './charset.js';
import { readHtml } from './readable-html.js';

describe('readHtml', () => {
  it('takes all text where there is no article, a paragraph for each block', () => {
    const { text, title, headings } = readHtml(
      '<h2>Head</h2><p>One<br>two</p><ul><li>three</li></ul><pre>code</pre>',
    );
    expect(text).toBe('Head\n\nOne two\n\nthree');
    expect(title).toBe('Head');
    expect(headings).toEqual([{ level: 2, text: 'Head' }]);
  });

  it('reads a page of many thousands of elements, nested or not', () => {
    expect(readHtml(`<p>Flat.</p>${'<b>x</b>'.repeat(21_000)}`).text).toMatch(/^Flat/);
    expect(readHtml(`${'<div>'.repeat(5_000)}Deep.`).text).toContain('Deep.');
  });

  it('answers for an empty page', () => {
    expect(readHtml('')).toMatchObject({ text: '', title: '' });
  });
});

describe('decodeText', () => {
  it('goes by the header, then by the page, then by UTF-8', () => {
    const latin = Buffer.from('<meta charset="iso-8859-1">né', 'latin1');
    expect(decodeText(latin)).toContain('né');
    expect(decodeText(Buffer.from('né', 'latin1'), 'iso-8859-1')).toBe('né');
    expect(decodeText(Buffer.from('né'), 'no-such-charset')).toBe('né');
  });
});
