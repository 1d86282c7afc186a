import { runChild } from '../child.js';
import { median } from '../sampling.js';
import { atMost, milliseconds, times, type Measurement, type Row } from '../table.js';

export interface BootRequest {
  readonly kind: 'cadre' | 'nest';
  readonly count: number;
  /** Providers in each feature module; `null` puts all of them in one. */
  readonly perModule: number | null;
}

export interface BootFigures {
  /** From `NestFactory.createApplicationContext` until it resolves: all agents are checked and in service then. */
  readonly durationMs: number;
  /** What the resident memory grew by meanwhile. */
  readonly rssBytes: number;
}

interface BootCase {
  readonly count: number;
  readonly perModule: number | null;
  readonly rounds: number;
  readonly targetMs?: number;
}

const CASES: readonly BootCase[] = [
  { count: 10, perModule: null, rounds: 5 },
  { count: 1_000, perModule: 50, rounds: 5, targetMs: 1_500 },
  { count: 1_000, perModule: null, rounds: 5, targetMs: 1_500 },
  { count: 10_000, perModule: 50, rounds: 3 },
  { count: 10_000, perModule: null, rounds: 3 },
];

/** The whole boot of an application, by how many agents it has, against Nest with as many plain providers. */
export const boot: Measurement = {
  name: 'boot',
  title: 'boot until ready, wall time; bare: Nest with plain providers',
  async measure() {
    const rows: Row[] = [];
    for (const one of CASES) rows.push(await measureCase(one));
    return rows;
  },
};

async function measureCase({ count, perModule, rounds, targetMs }: BootCase): Promise<Row> {
  const figures: Record<BootRequest['kind'], BootFigures[]> = { cadre: [], nest: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['nest', 'cadre'] as const) {
      const request: BootRequest = { kind, count, perModule };
      figures[kind].push(await runChild<BootFigures>(new URL('./boot.child.js', import.meta.url), request));
    }
  }
  const durationMs = median(figures.cadre.map((figure) => figure.durationMs));
  const bareMs = median(figures.nest.map((figure) => figure.durationMs));
  const rssMegabytes = median(figures.cadre.map(({ rssBytes }) => rssBytes)) / 1e6;
  const where = perModule === null ? 'one module' : `modules of ${perModule}`;
  return {
    subject: `${count} agents, ${where} (+${rssMegabytes.toFixed(0)} MB)`,
    figure: milliseconds(durationMs),
    bare: milliseconds(bareMs),
    ratio: times(durationMs / bareMs),
    target: targetMs === undefined ? undefined : atMost(durationMs, targetMs, milliseconds),
  };
}
