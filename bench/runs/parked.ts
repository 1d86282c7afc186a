import type { CadreOptions } from '../../src/index.js';
import { runChild } from '../child.js';
import { withPostgres } from '../postgres.js';
import { atMost, megabytes, type Measurement, type Row } from '../table.js';

export interface ParkedRequest {
  readonly database?: CadreOptions['database'];
  /** Runs that are parked before anything is measured: what is bounded is full by then. */
  readonly warmUp: number;
  readonly count: number;
}

export interface ParkedFigures {
  /** What reachable memory grew by. */
  readonly bytesPerRun: number;
  /** Resident memory of the process in the end. */
  readonly rssBytes: number;
}

const WARM_UP = 1_280;
const COUNT = 8_704;

/** Less than the id of each run in a set would take; what the process remembers of itself meanwhile is in the figure. */
const TARGET_BYTES = 80;

/** What a run takes in memory while it sleeps. */
export const parked: Measurement = {
  name: 'parked',
  title: 'runs parked in a sleep, memory of the process per run',
  measure: async () => [
    await withPostgres((server) => measureCase('durable, Postgres', { url: server.url() })),
    await measureCase('in memory', undefined),
  ],
};

async function measureCase(where: string, database: CadreOptions['database']): Promise<Row> {
  const request: ParkedRequest = { database, warmUp: WARM_UP, count: COUNT };
  const { bytesPerRun, rssBytes } = await runChild<ParkedFigures>(
    new URL('./parked.child.js', import.meta.url),
    request,
  );
  const write = (bytes: number): string => `${bytes.toFixed(0)} B`;
  return {
    subject: `${WARM_UP + COUNT} runs, ${where}, ${megabytes(rssBytes)} resident in all`,
    figure: write(bytesPerRun),
    target: database === undefined ? undefined : atMost(bytesPerRun, TARGET_BYTES, write),
  };
}
