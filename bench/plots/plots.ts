// Draws what each strategy does, by the simulator: `npm run plots` writes docs/guides/plots/*.svg, the same each time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { drawStrategy, STRATEGIES } from './strategy-plots.js';

const FOLDER = 'docs/guides/plots';

mkdirSync(FOLDER, { recursive: true });
for (const strategy of STRATEGIES) {
  writeFileSync(`${FOLDER}/${strategy}.svg`, await drawStrategy(strategy));
  console.log(`${FOLDER}/${strategy}.svg`);
}
