import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tokens } from 'marked';
import { filesUnder, markdownTokens, ROOT } from './repository.js';

/** Links of a page that point into the repository, without their `#place`. */
function relativeLinks(page: string): string[] {
  return markdownTokens(page)
    .filter((token): token is Tokens.Link | Tokens.Image => token.type === 'link' || token.type === 'image')
    .map(({ href }) => decodeURI(href))
    .filter((href) => !/^(?:[a-z]+:|#)/.test(href))
    .map((href) => href.replace(/#.*$/, ''));
}

describe('relative links', () => {
  it.each(filesUnder('', '.md'))('of %s point to files that exist', (page) => {
    const dead = relativeLinks(page).filter((href) => !existsSync(join(ROOT, dirname(page), href)));
    expect(dead).toEqual([]);
  });
});
