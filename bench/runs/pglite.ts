import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from '../child.js';
import type { DurableCase, DurableFigures, DurableRequest } from './durable.js';
import { copyMigrations } from '../postgres.js';
import { BenchServer, type ServerRequest } from '../rest/rest.server.js';
import { median } from '../sampling.js';
import {
  atMost,
  finely,
  megabytes,
  microseconds,
  milliseconds,
  perSecond,
  times,
  type Measurement,
  type Row,
} from '../table.js';

const TARGET_START_MS = 3_000;
const TARGET_RSS_BYTES = 400_000_000;
const ROUNDS = 3;
const IDLE_MS = 5_000;

const CASES: readonly DurableCase[] = [1, 16, 64].map((concurrency) => ({
  workflow: 'row_of_10',
  concurrency,
}));

/** The server with its embedded database, and durable runs on it. */
export const pglite: Measurement = {
  name: 'pglite',
  title: 'embedded database, PGlite; bare: Nest + Fastify without one',
  async measure() {
    copyMigrations();
    const folder = await mkdtemp(join(tmpdir(), 'cadre-bench-'));
    try {
      const serving = await serverRows({ kind: 'cadre', database: { dataDir: join(folder, 'server') } });
      return [...serving, ...(await stepRows(join(folder, 'runs')))];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Start {
  readonly startMs: number;
  readonly rssBytes: number;
}

async function serverRows(cadre: ServerRequest): Promise<Row[]> {
  const first = await startOnce(cadre);
  const starts: Start[] = [];
  const bareStarts: Start[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bareStarts.push(await startOnce({ kind: 'nest' }));
    starts.push(await startOnce(cadre));
  }
  const [startMs, bareMs] = [starts, bareStarts].map((all) => median(all.map((one) => one.startMs))) as [
    number,
    number,
  ];
  const [rss, bareRss] = [starts, bareStarts].map((all) => median(all.map((one) => one.rssBytes))) as [
    number,
    number,
  ];
  return [
    { subject: 'first start, until it listens', figure: milliseconds(first.startMs) },
    {
      subject: 'second start, until it listens',
      figure: milliseconds(startMs),
      bare: milliseconds(bareMs),
      ratio: times(startMs / bareMs),
      target: atMost(startMs, TARGET_START_MS, milliseconds),
    },
    {
      subject: `resident memory of the idle server, after ${IDLE_MS / 1_000} s`,
      figure: megabytes(rss),
      bare: megabytes(bareRss),
      ratio: times(rss / bareRss),
      target: atMost(rss, TARGET_RSS_BYTES, megabytes),
    },
  ];
}

async function startOnce(request: ServerRequest): Promise<Start> {
  const server = await BenchServer.start(request);
  try {
    await sleep(IDLE_MS);
    return { startMs: server.startMs, rssBytes: (await server.usage()).rssBytes };
  } finally {
    await server.stop();
  }
}

async function stepRows(dataDir: string): Promise<Row[]> {
  const request: DurableRequest = { database: { dataDir }, cases: CASES };
  const { rounds } = await runChild<DurableFigures>(new URL('./durable.child.js', import.meta.url), request);
  return CASES.map(({ concurrency }, at) => {
    const [rate, cpuUs, p50Ms] = (['stepRate', 'cpuUs', 'stepP50Ms'] as const).map((name) =>
      median(rounds[at]!.map((round) => round[name])),
    ) as [number, number, number];
    return {
      subject: `steps in a row, ${concurrency} runs at a time; step p50 ${finely(p50Ms)}, ${microseconds(cpuUs)} CPU`,
      figure: perSecond(rate),
    };
  });
}
