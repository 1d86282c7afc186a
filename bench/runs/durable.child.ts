import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { Agent, OrchestrationService, type TaskContext } from '../../src/index.js';
import { finish, readRequest } from '../child.js';
import type { DurableCase, DurableFigures, DurableRequest, DurableRound } from './durable.js';
import { AMPLE_SLOTS, Echo, echoWorkflow, moduleOf } from '../fleet.js';
import { Inserts } from './inserts.js';
import { percentile, ratePerSecond } from '../sampling.js';

const INPUT = 'AI agent registries';
const ROUNDS = 4;
const ROUND_SECONDS = 1;
const CONNECTIONS = 8;

/** Runs of which the statements are counted; of two lengths, so that those of steps and those of runs can be told apart. */
const COUNTED_RUNS = 100;
const LENGTHS = [10, 30] as const;

/** When the steps of each run under way were called last. */
const lastCalls = new Map<string, number>();
let intervalsMs: number[] = [];

@Agent(Echo, { name: 'echo', maxConcurrentTasks: AMPLE_SLOTS })
class NotingEcho {
  async execute(text: string, { runId = '' }: TaskContext): Promise<string> {
    const now = performance.now();
    const before = lastCalls.get(runId);
    if (before !== undefined) intervalsMs.push(now - before);
    lastCalls.set(runId, now);
    return text;
  }
}

let statementCount = 0;
const send = Reflect.get(pg.Client.prototype, 'query') as (...given: unknown[]) => unknown;
pg.Client.prototype.query = function query(this: pg.Client, ...given: unknown[]) {
  statementCount += 1;
  return send.apply(this, given);
} as typeof pg.Client.prototype.query;

type RunFlow = (name: string) => Promise<void>;

async function measure({ database, cases }: DurableRequest): Promise<DurableFigures> {
  const workflows = [
    ...LENGTHS.map((steps) => echoWorkflow(`row_of_${steps}`, steps)),
    echoWorkflow('beside_of_10', 10, { isSideBySide: true }),
  ];
  @Module({ imports: [moduleOf([NotingEcho], { options: { database } })], providers: workflows })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const orchestration = app.get(OrchestrationService);
  const run: RunFlow = async (name) => {
    const { runId, status, failure } = await orchestration.run(name, INPUT);
    lastCalls.delete(runId);
    if (status !== 'succeeded') throw new Error(`a run ended as ${status}: ${failure?.message}`);
  };
  await ratePerSecond(16, ROUND_SECONDS, () => run('row_of_10'));
  const url = database?.url;
  const inserts = url === undefined ? undefined : await openInserts(url);
  const rounds: DurableRound[][] = [];
  for (const one of cases) rounds.push(await measureCase(one, run, inserts));
  await inserts?.close();
  return { rounds, statements: url === undefined ? undefined : await countStatements(run) };
}

/** Records are as long as those of the steps are. */
async function openInserts(url: string): Promise<Inserts> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ data: string }>(
    `select data::text as data from cadre.run_records where data ->> 'type' = 'step.finished' limit 1`,
  );
  await client.end();
  const inserts = await Inserts.open(url, CONNECTIONS, rows[0]!.data);
  await ratePerSecond(CONNECTIONS, 1, (lane) => inserts.single(lane));
  await ratePerSecond(CONNECTIONS, 1, () => inserts.shared());
  return inserts;
}

async function measureCase(
  { workflow, concurrency }: DurableCase,
  run: RunFlow,
  inserts: Inserts | undefined,
): Promise<DurableRound[]> {
  const rounds: DurableRound[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    intervalsMs = [];
    const runsMs: number[] = [];
    const before = process.cpuUsage();
    const runRate = await ratePerSecond(concurrency, ROUND_SECONDS, async () => {
      const startedMs = performance.now();
      await run(workflow);
      runsMs.push(performance.now() - startedMs);
    });
    const { user, system } = process.cpuUsage(before);
    const figures: DurableRound = {
      stepRate: runRate * 10,
      cpuUs: (user + system) / (runsMs.length * 10),
      stepP50Ms: percentile(intervalsMs, 0.5),
      stepP99Ms: percentile(intervalsMs, 0.99),
      runP50Ms: percentile(runsMs, 0.5),
      runP99Ms: percentile(runsMs, 0.99),
      inserts: inserts && (await measureInserts(inserts, concurrency)),
    };
    if (round >= 0) rounds.push(figures);
  }
  return rounds;
}

async function measureInserts(inserts: Inserts, concurrency: number): Promise<DurableRound['inserts']> {
  const alone: number[] = [];
  const single = await ratePerSecond(CONNECTIONS, ROUND_SECONDS, (lane) => inserts.single(lane));
  const shared = await ratePerSecond(concurrency, ROUND_SECONDS, () => inserts.shared());
  await ratePerSecond(1, ROUND_SECONDS / 2, async () => {
    const startedMs = performance.now();
    await inserts.single(0);
    alone.push(performance.now() - startedMs);
  });
  return { single, shared, aloneP50Ms: percentile(alone, 0.5) };
}

/** What the application asks of its database when nobody asks anything of it is not counted. */
async function countStatements(run: RunFlow): Promise<DurableFigures['statements']> {
  const idleSeconds = 5;
  const before = statementCount;
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1_000));
  const idleRate = (statementCount - before) / idleSeconds;
  const perRun: number[] = [];
  for (const steps of LENGTHS) {
    const startedMs = performance.now();
    const countBefore = statementCount;
    for (let left = COUNTED_RUNS; left > 0; left -= 1) await run(`row_of_${steps}`);
    const seconds = (performance.now() - startedMs) / 1_000;
    perRun.push((statementCount - countBefore - idleRate * seconds) / COUNTED_RUNS);
  }
  const [short, long] = perRun as [number, number];
  const perStep = (long - short) / (LENGTHS[1] - LENGTHS[0]);
  return { perStep, perRun: short - perStep * LENGTHS[0] };
}

finish({ ...(await measure(readRequest<DurableRequest>())) });
