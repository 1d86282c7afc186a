import {
  anyAgents,
  DEGRADATIONS,
  playContest,
  regretsOfContext,
  sharesOfDegraded,
} from '../../src/testing/trials/selection-contest.js';
import { measureWorth } from '../../src/testing/simulation/contest.js';
import { median } from '../sampling.js';
import { atMost, percentFinely, type Row } from '../table.js';

const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1);
const TASKS = 2_000;
const MOST_REGRET = 0.05;

/** Of the tasks that an agent has, 200 after it has degraded. */
const MOST_LEFT = 0.1;

/** What each strategy loses of what an oracle reaches, over five agents that are anything from quick, cheap and sure to the contrary. */
export async function playContests(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const strategy of [
    'adaptive',
    'balanced',
    'fastest',
    'least-loaded',
    'first',
    'random',
    'round-robin',
  ]) {
    const regrets = await overSeeds(async (seed) => {
      const agents = anyAgents(seed);
      return measureWorth(await playContest(strategy, agents, { seed, tasks: TASKS }), agents).regretRatio;
    });
    const worst = Math.max(...regrets);
    rows.push({
      subject: `${strategy}: lost of an oracle's worth, ${TASKS} tasks, 20 seeds; worst ${percentFinely(worst)}`,
      figure: percentFinely(meanOf(regrets)),
      target: strategy === 'adaptive' ? atMost(worst, MOST_REGRET, percentFinely) : undefined,
    });
  }
  return [...rows, ...(await playDegradations()), await playContext()];
}

/** How much traffic an agent keeps that was the best. */
async function playDegradations(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const degradation of Object.keys(DEGRADATIONS) as (keyof typeof DEGRADATIONS)[]) {
    const shares = await overSeeds((seed) => sharesOfDegraded(degradation, seed));
    const worst = Math.max(...shares.map(({ after }) => after));
    rows.push({
      subject: `adaptive: left with the best, 200 tasks after it ${degradation}, 20 seeds; worst ${percentFinely(worst)}`,
      figure: percentFinely(meanOf(shares.map(({ after }) => after))),
      bare: percentFinely(meanOf(shares.map(({ before }) => before))),
      target: atMost(worst, MOST_LEFT, percentFinely),
    });
  }
  return rows;
}

/** What it is worth to tell inputs apart where that matters. */
async function playContext(): Promise<Row> {
  const regrets = await overSeeds(regretsOfContext);
  const ratios = regrets.map(({ aware, free }) => aware / free);
  const worst = Math.max(...ratios);
  return {
    subject: `adaptive: lost over two types of input, 20 seeds; bare: free of context; worst ratio ${worst.toFixed(2)} ×`,
    figure: percentFinely(meanOf(regrets.map(({ aware }) => aware))),
    bare: percentFinely(meanOf(regrets.map(({ free }) => free))),
    ratio: `${median(ratios).toFixed(2)} ×`,
    target: atMost(worst, 1, (ratio) => `${ratio.toFixed(2)} ×`),
  };
}

async function overSeeds<Figure>(play: (seed: number) => Promise<Figure>): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const seed of SEEDS) figures.push(await play(seed));
  return figures;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
