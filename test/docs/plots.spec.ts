import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawStrategy, STRATEGIES } from '../../bench/plots/strategy-plots.js';
import { ROOT } from './repository.js';

describe('the pictures of the guides', () => {
  it.each(STRATEGIES)('are what `npm run plots` draws, for %s', async (strategy) => {
    const committed = readFileSync(join(ROOT, 'docs/guides/plots', `${strategy}.svg`), 'utf8');
    expect(committed).toBe(await drawStrategy(strategy));
  });
});
