import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../../../src/common/index.js';
import { PostgresServer } from '../../../src/testing/databases/postgres-server.js';
import { Api } from '../api.js';
import { Cluster } from '../nodes/cluster.js';
import { Ledger } from '../judgement/ledger.js';
import { judgeSpendings, type Bounds, type Spendings } from './judge.js';
import { DECLARED_USD, type Spending } from './spender.js';

const NODES = ['a', 'b', 'c'] as const;
const TENANTS = ['north', 'east', 'south', 'west'] as const;

/** What a task costs, at least and at most; it is expected to cost about what its agent declares. */
const COST_USD = { least: 0.2 * DECLARED_USD, most: 2 * DECLARED_USD };

/**
 * Milliseconds that the first task of each client takes. So long that all of them are asked for before the first one
 * ends, on the busiest of machines: the bound on tasks at once is reached by design, and not by luck.
 */
const FIRST_MS = 3_000;

/** Milliseconds between two kills, at most. */
const PAUSE_MS = 1_000;

/** Milliseconds in which budgets must be used up. */
const TIMEOUT_MS = 90_000;

/** Longer than the lease of a node. */
const PAST_LEASE_MS = 17_000;

/** How large a trial is. */
export interface QuotaTrialSize {
  readonly seed: number;
  /** Kills of nodes in the middle of their work; between two of them a node comes up again. */
  readonly kills: number;
  /** Clients that ask one task after the other. */
  readonly clients: number;
  readonly bounds: Bounds;
  /** Also waits until the leases of killed nodes are over, and looks whether all that they held came back. */
  readonly isPatient: boolean;
}

export interface QuotaReport extends Spendings {
  readonly kills: number;
  /** Tasks that were refused because a budget was used up. */
  readonly refused: number;
  readonly tookMs: number;
}

export const QUOTA_BOUNDS: Bounds = {
  maxConcurrentTasks: 8,
  tasksPerSecond: 80,
  burst: 20,
  maxCostUsd: 4,
  errorUsd: COST_USD.most,
};

/** Kills nodes of three while all of them are asked for more than their quotas allow, and judges what agents did. */
export async function tryQuotas(size: QuotaTrialSize): Promise<QuotaReport> {
  const startedMs = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'cadre-quotas-'));
  const server = await PostgresServer.create();
  const ledger = new Ledger(join(folder, 'ledger'), 'tester');
  const environment = { DATABASE_URL: server.url(), CADRE_DATA_DIR: folder };
  const cluster = new Cluster(NODES, folder, ledger, () => environment);
  try {
    await cluster.startAll();
    const api = new Api(() => cluster.urls);
    await setQuotas(api, size.bounds);
    const isOver = new AbortController();
    const refusals = { count: 0 };
    const clients = Array.from({ length: size.clients }, (_, at) =>
      keepAsking(cluster, new SeededRandom(size.seed + at), refusals, isOver.signal),
    );
    await killSome(cluster, size);
    await untilUsedUp(refusals, size.clients);
    isOver.abort();
    await Promise.all(clients);
    const problems = size.isPatient ? await findHeld(api) : [];
    const spendings = judgeSpendings(ledger.read(), size.bounds);
    return {
      ...spendings,
      kills: size.kills,
      refused: refusals.count,
      violations: [...spendings.violations, ...problems],
      tookMs: performance.now() - startedMs,
    };
  } finally {
    await cluster.killAll();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** On one node; the others hear of it. */
async function setQuotas(api: Api, bounds: Bounds): Promise<void> {
  const { maxConcurrentTasks, tasksPerSecond, burst, maxCostUsd } = bounds;
  const capability = 'spend';
  const usd = { scope: { tenant: '*' }, maxCostUsd, period: 'month' };
  await api.call('PUT', 'quotas/usd', { body: usd });
  const slots = { scope: { capability }, maxConcurrentTasks, onLimit: 'queue' };
  await api.call('PUT', 'quotas/slots', { body: slots });
  const rate = { scope: { capability }, tasksPerSecond, burst, onLimit: 'queue' };
  await api.call('PUT', 'quotas/rate', { body: rate });
  // Nobody may begin before all have heard.
  await delay(1_000);
}

/** @throws TypeError when a node gets no task: the budgets were too small for so many kills */
async function killSome(cluster: Cluster, { kills, seed }: QuotaTrialSize): Promise<void> {
  const random = new SeededRandom(seed);
  for (let count = 1; count <= kills; count++) {
    await delay(random.next() * PAUSE_MS);
    const name = NODES[Math.floor(random.next() * NODES.length)]!;
    await cluster.killAtWork(name);
    if (count < kills) await cluster.start(name);
  }
}

/** Until all clients were refused, so that the budgets have been reached. */
async function untilUsedUp(refusals: { readonly count: number }, clients: number): Promise<void> {
  for (const startedMs = performance.now(); refusals.count < 2 * clients; await delay(50)) {
    if (performance.now() - startedMs > TIMEOUT_MS) throw new TypeError('no budget was used up');
  }
}

/** A client that asks whichever node is up, and takes no for an answer. */
async function keepAsking(
  cluster: Cluster,
  random: SeededRandom,
  refusals: { count: number },
  signal: AbortSignal,
): Promise<void> {
  for (let forMs = FIRST_MS; !signal.aborted; forMs = 20 + random.next() * 80) {
    const { urls } = cluster;
    const url = urls[Math.floor(random.next() * urls.length)];
    const tenant = TENANTS[Math.floor(random.next() * TENANTS.length)]!;
    const costUsd = COST_USD.least + random.next() * (COST_USD.most - COST_USD.least);
    const input: Spending = { forMs, costUsd, tenant };
    const body = { input, tenant, queueTimeoutMs: 2 * FIRST_MS };
    const code = url === undefined ? undefined : await ask(url, body);
    if (code === 'QUOTA_EXCEEDED') refusals.count += 1;
    // A node that is gone, or a budget that is used up, is not asked in a circle.
    if (code !== 'none') await delay(50);
  }
}

/** The code of what went wrong; `undefined` when nobody answered. */
async function ask(url: string, body: object): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/api/v1/capabilities/spend/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { code } = (await response.json()) as { readonly code?: string };
    return code ?? 'none';
  } catch {
    return undefined;
  }
}

/** What is held though nothing is under way, once the leases of those that were killed are over. */
async function findHeld(api: Api): Promise<string[]> {
  await delay(PAST_LEASE_MS);
  const { body } = await api.call('GET', 'quotas');
  const quotas = body['items'] as readonly {
    readonly id: string;
    readonly usage: readonly { readonly running: number }[];
  }[];
  return quotas.flatMap(({ id, usage }) =>
    usage
      .filter(({ running }) => running > 0)
      .map(({ running }) => `${id} is held by ${running} tasks that are none`),
  );
}
