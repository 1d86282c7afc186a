import { LeastLoadedStrategy } from '../src/selection/index.js';
import { poisson } from '../src/testing/simulation/arrivals.js';
import { exponential } from '../src/testing/simulation/distribution.js';
import { simulate } from '../src/testing/simulation/simulate.js';
import { atMost, milliseconds, type Row } from './table.js';
import { median } from './sampling.js';

const TASKS = 60_000;
const SEEDS = [1, 2, 3];
const SERVICE_MS = 100;
const WARM_UP = 5_000;

interface Form {
  readonly subject: string;
  readonly strategy: string;
  readonly comparesAtMost?: number;
  /** The p99 over that of one central line, at most: with agents alike, and with one four times slower. */
  readonly most?: readonly [alike: number, slow: number];
}

const FORMS: readonly Form[] = [
  { subject: 'least-loaded', strategy: 'least-loaded', most: [1.2, 1.1] },
  { subject: 'least-loaded, of two', strategy: 'least-loaded', comparesAtMost: 1, most: [1.75, 1.6] },
  { subject: 'round-robin', strategy: 'round-robin' },
  { subject: 'adaptive', strategy: 'adaptive' },
];

/** The p99 of the response over 16 agents with lines of their own, at 80 % of what they can do, against one central line. */
export async function playLoad(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [at, factor] of [1, 4].entries()) {
    const central = { subject: '', strategy: 'random' };
    const bares: number[] = [];
    for (const seed of SEEDS) bares.push(await p99(central, { factor, slots: 1, seed }));
    for (const form of FORMS) {
      const ratios: number[] = [];
      for (const [place, seed] of SEEDS.entries()) {
        ratios.push((await p99(form, { factor, slots: 10_000, seed })) / bares[place]!);
      }
      const ratio = median(ratios);
      rows.push({
        subject: `${form.subject}, 16 agents at 80 %${factor > 1 ? `, one ${factor} × slower` : ''}: p99`,
        figure: milliseconds(ratio * median(bares)),
        bare: milliseconds(median(bares)),
        ratio: `${ratio.toFixed(2)} ×`,
        target: form.most && atMost(ratio, form.most[at]!, (value) => `${value.toFixed(2)} ×`),
      });
    }
  }
  return rows;
}

interface Setting {
  readonly factor: number;
  readonly slots: number;
  readonly seed: number;
}

async function p99({ strategy, comparesAtMost }: Form, { factor, slots, seed }: Setting): Promise<number> {
  const agents = Array.from({ length: 16 }, (_, at) => {
    const latencyMs = exponential(at === 0 ? factor * SERVICE_MS : SERVICE_MS);
    return { name: `agent-${at}`, slots, servers: 1, behavior: { latencyMs } };
  });
  const result = await simulate({
    agents,
    arrivals: poisson((0.8 * (15 + 1 / factor) * 1_000) / SERVICE_MS),
    tasks: TASKS,
    seed,
    strategies: ({ book, random }) => [new LeastLoadedStrategy(book, random, comparesAtMost)],
    options: { strategy, timeoutMs: 86_400_000, queueTimeoutMs: 86_400_000 },
  });
  return result.between(WARM_UP).responseQuantileMs(0.99);
}
