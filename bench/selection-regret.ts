import { poisson } from '../src/testing/simulation/arrivals.js';
import { anyBehavior, measureWorth } from '../src/testing/simulation/contest.js';
import { simulate } from '../src/testing/simulation/simulate.js';
import { atMost, type Row } from './table.js';

const SEEDS = 20;
const TASKS = 2_000;
const MOST_REGRET = 0.05;

/** What each strategy loses of what an oracle reaches, over five agents that are anything from quick, cheap and sure to the contrary. */
export async function playContest(): Promise<Row[]> {
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
    const regrets: number[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) regrets.push(await regretOf(strategy, seed));
    const mean = regrets.reduce((sum, regret) => sum + regret, 0) / SEEDS;
    const worst = Math.max(...regrets);
    rows.push({
      subject: `${strategy}: lost of an oracle's worth, ${TASKS} tasks, ${SEEDS} seeds; worst ${percent(worst)}`,
      figure: percent(mean),
      target: strategy === 'adaptive' ? atMost(worst, MOST_REGRET, percent) : undefined,
    });
  }
  return rows;
}

async function regretOf(strategy: string, seed: number): Promise<number> {
  const agents = [0, 1, 2, 3, 4].map((at) => ({
    name: `agent-${at}`,
    slots: 1_000,
    behavior: anyBehavior(100 * seed + at),
  }));
  const options = { strategy, maxFallbacks: 0, timeoutMs: 86_400_000 };
  const result = await simulate({ agents, arrivals: poisson(10), tasks: TASKS, seed, options });
  return measureWorth(result, agents).regretRatio;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
