import { centralP99Ms, responseP99Ms, type LoadTrial } from '../../src/testing/trials/load-trial.js';
import { median } from '../sampling.js';
import { atMost, milliseconds, timesFinely, type Row } from '../table.js';

const TASKS = 100_000;
const SEEDS = [1, 2, 3, 4, 5];

interface Form extends Pick<LoadTrial, 'strategy' | 'comparesAtMost'> {
  readonly subject: string;
  /** The p99 over that of one central line, at most: with agents alike, and with one four times slower. */
  readonly most?: readonly [alike: number, slow: number];
}

const FORMS: readonly Form[] = [
  { subject: 'least-loaded', strategy: 'least-loaded', most: [1.2, 1.1] },
  { subject: 'least-loaded, of two', strategy: 'least-loaded', comparesAtMost: 1, most: [1.75, 1.6] },
  { subject: 'adaptive', strategy: 'adaptive' },
  { subject: 'round-robin', strategy: 'round-robin' },
];

/**
 * The p99 of the response over 16 agents with lines of their own, at 80 % of what they can do, against that of one central line over
 * the same arrivals and the same work: the median of the seeds, and the worst, which is held against the target.
 */
export async function playLoad(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [place, factor] of [1, 4].entries()) {
    const central: number[] = [];
    for (const seed of SEEDS) central.push(await centralP99Ms({ factor, tasks: TASKS, seed }));
    for (const form of FORMS) rows.push(await compare(form, factor, central, form.most?.[place]));
  }
  return rows;
}

async function compare(form: Form, factor: number, central: readonly number[], most?: number): Promise<Row> {
  const { strategy, comparesAtMost } = form;
  const figures: number[] = [];
  for (const seed of SEEDS) {
    figures.push(await responseP99Ms({ strategy, comparesAtMost, factor, tasks: TASKS, seed }));
  }
  const ratios = figures.map((figure, at) => figure / central[at]!);
  const worst = Math.max(...ratios);
  const agents = `16 agents at 80 %${factor > 1 ? `, one ${factor} × slower` : ''}`;
  return {
    subject: `${form.subject}, ${agents}: p99, ${SEEDS.length} seeds; worst ${timesFinely(worst)}`,
    figure: milliseconds(median(figures)),
    bare: milliseconds(median(central)),
    ratio: timesFinely(median(ratios)),
    target: most === undefined ? undefined : atMost(worst, most, timesFinely),
  };
}
