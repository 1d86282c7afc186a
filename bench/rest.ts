import type { ChildProcess } from 'node:child_process';
import autocannon from 'autocannon';
import { ask, nextMessage, startChild } from './child.js';
import { median } from './sampling.js';
import { atLeast, microseconds, percent, perSecond, type Measurement, type Row } from './table.js';

/** Which server a child is. */
export type ServerKind = 'cadre' | 'nest';

/** What is said to a server; it answers each with its processor time so far. */
export type ServerMessage = 'cpu' | { readonly answer: unknown };

/** Where a server can be reached. */
export interface ServerAddress {
  readonly url: string;
  /** The route that has nothing to do with Cadre. */
  readonly bareUrl: string;
}

/** A route under load. */
interface Contender {
  readonly server: ChildProcess;
  readonly url: string;
  readonly rates: number[];
  /** Processor time of the server per request, in microseconds. */
  readonly cpuUs: number[];
}

const TASK_PATH = '/api/v1/capabilities/echo/tasks';
const BODY = JSON.stringify({ input: 'AI agent registries' });
const HEADERS = { 'content-type': 'application/json' };
const TARGET_RATIO = 0.6;
const CONNECTIONS = 50;
const ROUNDS = 3;
const ROUND_SECONDS = 5;
const WARM_UP_SECONDS = 2;

/** A task over REST against a route of the same body and answer without Cadre. */
export const rest: Measurement = {
  name: 'rest',
  title: 'REST, 50 connections; bare: Nest + Fastify',
  async measure() {
    const servers = [
      startChild('./rest.child.js', { kind: 'cadre' }),
      startChild('./rest.child.js', { kind: 'nest' }),
    ];
    try {
      return await load(servers as [ChildProcess, ChildProcess]);
    } finally {
      for (const server of servers) server.kill();
    }
  },
};

async function load([cadre, nest]: readonly [ChildProcess, ChildProcess]): Promise<Row[]> {
  const [cadreAt, nestAt] = await Promise.all([
    nextMessage<ServerAddress>(cadre),
    nextMessage<ServerAddress>(nest),
  ]);
  const taskUrl = cadreAt.url + TASK_PATH;
  const answer = await fetchAnswer(taskUrl);
  await Promise.all([cadre, nest].map((server) => ask(server, { answer })));
  const bare = contender(nest, nestAt.bareUrl);
  const task = contender(cadre, taskUrl);
  const dressed = contender(cadre, cadreAt.bareUrl);
  const all = [bare, task, dressed];
  for (const { url } of all) await fire(url, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round += 1) for (const one of all) await measureRound(one);
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  return [
    ...toRows(`POST /capabilities/:name/tasks, answer of ${bytes} bytes`, task, bare, TARGET_RATIO),
    ...toRows("the bare route in Cadre's server: its logs, ids, headers", dressed, bare),
  ];
}

function contender(server: ChildProcess, url: string): Contender {
  return { server, url, rates: [], cpuUs: [] };
}

/** What the task route answers, for the bare route to answer the same. */
async function fetchAnswer(url: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body: BODY });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function measureRound({ server, url, rates, cpuUs }: Contender): Promise<void> {
  const before = await ask<NodeJS.CpuUsage>(server, 'cpu');
  const { requestCount, durationSeconds } = await fire(url, ROUND_SECONDS);
  const after = await ask<NodeJS.CpuUsage>(server, 'cpu');
  rates.push(requestCount / durationSeconds);
  cpuUs.push((after.user - before.user + after.system - before.system) / requestCount);
}

async function fire(
  url: string,
  seconds: number,
): Promise<{ requestCount: number; durationSeconds: number }> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: HEADERS,
    body: BODY,
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
