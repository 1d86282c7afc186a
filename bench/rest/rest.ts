import autocannon from 'autocannon';
import { BenchServer, JSON_HEADERS, post } from './rest.server.js';
import { median } from '../sampling.js';
import { atLeast, microseconds, percent, perSecond, type Measurement, type Row } from '../table.js';

/** A route under load. */
interface Contender {
  readonly server: BenchServer;
  readonly url: string;
  readonly body: string;
  readonly rates: number[];
  /** Processor time of the server per request, in microseconds. */
  readonly cpuUs: number[];
}

const TASK_PATH = '/api/v1/capabilities/echo/tasks';
const RUN_PATH = '/api/v1/runs?wait=30s';
const INPUT = 'AI agent registries';
const TASK_BODY = JSON.stringify({ input: INPUT });
const RUN_BODY = JSON.stringify({ workflow: 'flow', input: INPUT });
const TASK_TARGET = 0.6;
const RUN_TARGET = 0.4;
const CONNECTIONS = 50;
const ROUNDS = 3;
const ROUND_SECONDS = 5;
const WARM_UP_SECONDS = 2;

/** Tasks and runs over REST against routes of the same body and answer without Cadre. */
export const rest: Measurement = {
  name: 'rest',
  title: 'REST, 50 connections; bare: Nest + Fastify',
  async measure() {
    const cadre = await BenchServer.start({ kind: 'cadre' });
    const nest = await BenchServer.start({ kind: 'nest' });
    try {
      return await load(cadre, nest);
    } finally {
      await Promise.all([cadre.stop(), nest.stop()]);
    }
  },
};

async function load(cadre: BenchServer, nest: BenchServer): Promise<Row[]> {
  const taskAnswer = await post(cadre.url + TASK_PATH, TASK_BODY);
  const runAnswer = await post(cadre.url + RUN_PATH, RUN_BODY);
  await Promise.all([cadre, nest].map((one) => one.answer({ runTask: taskAnswer, start: runAnswer })));
  const bareTask = contender(nest, nest.urlOf('runTask'), TASK_BODY);
  const task = contender(cadre, cadre.url + TASK_PATH, TASK_BODY);
  const dressed = contender(cadre, cadre.urlOf('runTask'), TASK_BODY);
  const bareRun = contender(nest, nest.urlOf('start'), RUN_BODY);
  const run = contender(cadre, cadre.url + RUN_PATH, RUN_BODY);
  const all = [bareTask, task, dressed, bareRun, run];
  for (const one of all) await fire(one, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round += 1) for (const one of all) await measureRound(one);
  return [
    ...toRows(
      `POST /capabilities/:name/tasks, answer of ${sizeOf(taskAnswer)} bytes`,
      task,
      bareTask,
      TASK_TARGET,
    ),
    ...toRows("the bare route in Cadre's server: its logs, ids, headers", dressed, bareTask),
    ...toRows(`POST /runs?wait=, 10 steps, answer of ${sizeOf(runAnswer)} bytes`, run, bareRun, RUN_TARGET),
  ];
}

function contender(server: BenchServer, url: string, body: string): Contender {
  return { server, url, body, rates: [], cpuUs: [] };
}

function sizeOf(answer: unknown): number {
  return Buffer.byteLength(JSON.stringify(answer));
}

async function measureRound(one: Contender): Promise<void> {
  const { cpu: before } = await one.server.usage();
  const { requestCount, durationSeconds } = await fire(one, ROUND_SECONDS);
  const { cpu: after } = await one.server.usage();
  one.rates.push(requestCount / durationSeconds);
  one.cpuUs.push((after.user - before.user + after.system - before.system) / requestCount);
}

async function fire(
  { url, body }: Contender,
  seconds: number,
): Promise<{ requestCount: number; durationSeconds: number }> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: JSON_HEADERS,
    body,
    connections: CONNECTIONS,
    duration: seconds,
  });
  const failed = result.errors + result.timeouts + result.non2xx;
  if (failed > 0) throw new Error(`${failed} requests to ${url} failed`);
  return { requestCount: result.requests.total, durationSeconds: result.duration };
}
function toRows(subject: string, one: Contender, bare: Contender, targetRatio?: number): Row[] {
  const [rate, bareRate] = [median(one.rates), median(bare.rates)];
  const [cpuUs, bareCpuUs] = [median(one.cpuUs), median(bare.cpuUs)];
  // Of rounds that followed each other at once: a machine that gets slower gets slower for both.
  const ratio = median(one.rates.map((each, round) => each / bare.rates[round]!));
  return [
    {
      subject,
      figure: perSecond(rate),
      bare: perSecond(bareRate),
      ratio: percent(ratio),
      target: targetRatio === undefined ? undefined : atLeast(ratio, targetRatio, percent),
    },
    {
      subject: '  its CPU of the server per request',
      figure: microseconds(cpuUs),
      bare: microseconds(bareCpuUs),
      ratio: percent(bareCpuUs / cpuUs),
    },
  ];
}
