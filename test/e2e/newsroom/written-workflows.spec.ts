import type { Tokens } from 'marked';
import { filesUnder, markdownTokens } from '../../docs/repository.js';
import { withNewsroom } from './newsroom.js';

interface Written {
  readonly page: string;
  readonly text: string;
}

/** Every workflow that a page shows as YAML. */
const WRITTEN: readonly Written[] = filesUnder('', '.md').flatMap((page) =>
  markdownTokens(page)
    .filter((token): token is Tokens.Code => token.type === 'code' && token.lang === 'yaml')
    .map(({ text }) => ({ page, text })),
);

describe('the workflows on the pages', () => {
  it('can be stored and run by the newsroom, all of them', () =>
    withNewsroom({}, async (client) => {
      expect(WRITTEN.length).toBeGreaterThan(5);
      for (const { page, text } of WRITTEN) {
        const { body } = await client.postRaw('workflows/validate', text, 'application/yaml');
        expect([page, text, body['problems']]).toEqual([page, text, []]);
      }
    }));
});
