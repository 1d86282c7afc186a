import type { CadreOptions } from '../../src/index.js';
import { runChild } from '../child.js';
import { withPostgres } from '../postgres.js';
import { BenchServer, post } from '../rest/rest.server.js';
import { median } from '../sampling.js';
import {
  atLeast,
  atMost,
  finely,
  microseconds,
  percent,
  perSecond,
  times,
  type Measurement,
  type Row,
} from '../table.js';

/** Durable runs of ten steps, so many at a time. */
export interface DurableCase {
  readonly workflow: 'row_of_10' | 'beside_of_10';
  readonly concurrency: number;
}

export interface DurableRequest {
  readonly database: CadreOptions['database'];
  readonly cases: readonly DurableCase[];
}

/** What one round has shown. */
export interface DurableRound {
  /** Steps per second, over whole runs from submission to the recorded end. */
  readonly stepRate: number;
  /** Processor time of the node per step; that of the database is not in it. */
  readonly cpuUs: number;
  /** From the call of one step's agent to that of the next. */
  readonly stepP50Ms: number;
  readonly stepP99Ms: number;
  readonly runP50Ms: number;
  readonly runP99Ms: number;
  /** Right after it, on the same server. */
  readonly inserts?: {
    /** Records per second, each by a statement of its own, on eight connections. */
    readonly single: number;
    /** Records per second, when all that wait share a statement; as many wait as there are runs at a time. */
    readonly shared: number;
    /** One INSERT, and nothing beside it. */
    readonly aloneP50Ms: number;
  };
}

export interface DurableFigures {
  /** Of each case. */
  readonly rounds: readonly (readonly DurableRound[])[];
  /** At one run at a time. */
  readonly statements?: { readonly perStep: number; readonly perRun: number };
}

const CASES: readonly DurableCase[] = [
  ...[1, 16, 64].map((concurrency) => ({ workflow: 'row_of_10', concurrency }) as const),
  ...[1, 16, 64].map((concurrency) => ({ workflow: 'beside_of_10', concurrency }) as const),
];

const TARGETS = {
  /** At 64 runs at a time, in a row. */
  ofSingle: 1.5,
  ofShared: 0.3,
  /** At one run at a time. */
  stepOfInsert: 1.5,
  statementsPerStep: 1.1,
  statementsPerRun: 8,
  waitMs: 10,
} as const;

const ANSWERS = 300;

/** Durable runs on a real Postgres, beside the same records written without Cadre. */
export const durable: Measurement = {
  name: 'durable',
  title: 'durable runs of 10 steps on Postgres; bare: INSERTs',
  measure: () =>
    withPostgres(async (server) => {
      const database = { url: server.url() };
      const { rounds, statements } = await runChild<DurableFigures>(
        new URL('./durable.child.js', import.meta.url),
        {
          database,
          cases: CASES,
        } satisfies DurableRequest,
      );
      const rows = CASES.flatMap((one, at) => caseRows(one, rounds[at]!));
      return [...rows, ...statementRows(statements!), await answerRow(database)];
    }),
};

function caseRows({ workflow, concurrency }: DurableCase, rounds: readonly DurableRound[]): Row[] {
  const isRow = workflow === 'row_of_10';
  const middle = (pick: (round: DurableRound) => number): number => median(rounds.map(pick));
  const ofSingle = middle(({ stepRate, inserts }) => stepRate / inserts!.single);
  const ofShared = middle(({ stepRate, inserts }) => stepRate / inserts!.shared);
  const isTarget = isRow && concurrency === 64;
  const stepRate = perSecond(middle((round) => round.stepRate));
  const cpu = microseconds(middle(({ cpuUs }) => cpuUs));
  return [
    {
      subject: `${isRow ? 'in a row' : 'side by side'}, ${concurrency} at a time, ${cpu} CPU; bare: one INSERT each`,
      figure: stepRate,
      bare: perSecond(middle(({ inserts }) => inserts!.single)),
      ratio: times(ofSingle),
      target: isTarget ? atLeast(ofSingle, TARGETS.ofSingle, times) : undefined,
    },
    {
      subject: '  bare: one INSERT for all that wait',
      figure: stepRate,
      bare: perSecond(middle(({ inserts }) => inserts!.shared)),
      ratio: percent(ofShared),
      target: isTarget ? atLeast(ofShared, TARGETS.ofShared, percent) : undefined,
    },
    isRow ? stepRow(concurrency, middle) : runRow(middle),
  ];
}

type Middle = (pick: (round: DurableRound) => number) => number;

function stepRow(concurrency: number, middle: Middle): Row {
  const ratio = middle(({ stepP50Ms, inserts }) => stepP50Ms / inserts!.aloneP50Ms);
  return {
    subject: `  step p50; p99 ${finely(middle((round) => round.stepP99Ms))}; bare: p50 of one INSERT alone`,
    figure: finely(middle((round) => round.stepP50Ms)),
    bare: finely(middle(({ inserts }) => inserts!.aloneP50Ms)),
    ratio: times(ratio),
    target: concurrency === 1 ? atMost(ratio, TARGETS.stepOfInsert, times) : undefined,
  };
}

function runRow(middle: Middle): Row {
  return {
    subject: `  run p50; p99 ${finely(middle((round) => round.runP99Ms))}; bare: p50 of one INSERT alone`,
    figure: finely(middle((round) => round.runP50Ms)),
    bare: finely(middle(({ inserts }) => inserts!.aloneP50Ms)),
    ratio: times(middle(({ runP50Ms, inserts }) => runP50Ms / inserts!.aloneP50Ms)),
  };
}

function statementRows({ perStep, perRun }: NonNullable<DurableFigures['statements']>): Row[] {
  const write = (count: number): string => count.toFixed(2);
  return [
    {
      subject: 'SQL statements per step, 1 run at a time',
      figure: write(perStep),
      target: atMost(perStep, TARGETS.statementsPerStep, write),
    },
    {
      subject: '  and per run beside',
      figure: write(perRun),
      target: atMost(perRun, TARGETS.statementsPerRun, write),
    },
  ];
}

/** From a request to the answer with the ended run, one after another, on a server that does nothing else. */
async function answerRow(database: CadreOptions['database']): Promise<Row> {
  const server = await BenchServer.start({ kind: 'cadre', database, steps: 1 });
  const body = JSON.stringify({ workflow: 'flow', input: 'AI agent registries' });
  const answersMs: number[] = [];
  try {
    for (let answer = -ANSWERS / 3; answer < ANSWERS; answer += 1) {
      const startedMs = performance.now();
      await post(`${server.url}/api/v1/runs?wait=30s`, body);
      if (answer >= 0) answersMs.push(performance.now() - startedMs);
    }
  } finally {
    await server.stop();
  }
  const p50Ms = median(answersMs);
  return {
    subject: 'POST /runs?wait= of one step, idle server, p50',
    figure: finely(p50Ms),
    target: atMost(p50Ms, TARGETS.waitMs, finely),
  };
}
