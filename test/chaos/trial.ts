import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../../src/common/index.js';
import { openDatabase } from '../../src/persistence/index.js';
import { createPgliteDirectory } from '../../src/testing/databases/pglite-directory.js';
import { PostgresServer } from '../../src/testing/databases/postgres-server.js';
import { testParts } from '../../src/testing/test-parts.js';
import { Api } from './api.js';
import { Cluster } from './nodes/cluster.js';
import { tellStory } from './judgement/executions.js';
import { readJournals } from './judgement/journal.js';
import { judge } from './judgement/judge.js';
import { Ledger } from './judgement/ledger.js';
import { Load } from './load.js';
import { WORKLOADS, type Workload } from './workloads.js';

/** Milliseconds that the last runs get to end once nothing is harmed any more: more than it takes to take over from a dead node. */
const DRAIN_MS = 90_000;

/** How much of a fault there is. */
export interface Size {
  /** How often: kills, cuts, jumps. */
  readonly times: number;
  /** Runs in flight all the while. */
  readonly inFlight: number;
  readonly seed: number;
}

/** What is harmed and how. */
export interface Fault {
  readonly name: string;
  /** Without `server` a node is alone with an embedded database. */
  readonly nodes: readonly string[];
  readonly server?: 'postgres';
  readonly workloads?: readonly Workload[];
  /** Between the nodes and the server, see {@link CuttingProxy}. */
  readonly connect?: (
    port: number,
    random: SeededRandom,
  ) => Promise<{ readonly port: number; close(): Promise<void> }>;
  /** @returns what was found on the way */
  readonly harm: (stage: Stage, times: number) => Promise<void>;
}

/** Where a fault is let loose. */
export interface Stage {
  readonly cluster: Cluster;
  readonly api: Api;
  readonly load: Load;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly server: PostgresServer | undefined;
  /** Tells of something that is not as it should be. */
  complain(problem: string): void;
  /** Counts what is done to the cluster and is no kill. */
  count(): void;
}

/** What came of it. */
export interface Report {
  readonly name: string;
  readonly runs: number;
  /** Kills, or what else was done. */
  readonly harms: number;
  readonly kills: number;
  readonly killsMidRun: number;
  readonly executions: number;
  /** Executions of steps that were in flight when an earlier claim of their run ended. */
  readonly repeated: number;
  readonly strays: number;
  readonly slowestFailoverMs: number;
  readonly violations: readonly string[];
  readonly tookMs: number;
}

/** Lets a fault loose on runs in flight, lets them come to their ends, and judges what is left. */
export async function tryOut(fault: Fault, size: Size): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'cadre-chaos-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const report = await tryOutIn(folder, fault, { ...size, undo });
    if (report.violations.length === 0) return report;
    // What went wrong can be looked at.
    undo.shift();
    return { ...report, violations: [...report.violations, `what is left is in ${folder}`] };
  } finally {
    for (const act of undo.toReversed()) await act();
  }
}

type Setup = Size & { readonly undo: (() => Promise<unknown>)[] };

async function tryOutIn(folder: string, fault: Fault, setup: Setup): Promise<Report> {
  const startedMs = performance.now();
  const { place, environment, server } = await openPlace(folder, fault, setup);
  const ledger = new Ledger(join(folder, 'ledger'), 'tester');
  const cluster = new Cluster(fault.nodes, folder, ledger, () => environment);
  setup.undo.push(() => cluster.killAll());
  const api = new Api(() => cluster.urls);
  const load = new Load(api, new SeededRandom(setup.seed + 1));
  const problems: string[] = [];
  let harms = 0;
  await cluster.startAll();
  await load.prepare();
  const isOver = new AbortController();
  const loading = load.keep(setup.inFlight, fault.workloads ?? WORKLOADS, isOver.signal);
  const stage: Stage = {
    cluster,
    api,
    load,
    // Nobody else draws from it, so that the same seed harms in the same way.
    random: new SeededRandom(setup.seed),
    ledger,
    server,
    complain: (problem) => void problems.push(problem),
    count: () => void (harms += 1),
  };
  try {
    await Promise.race([load.full.then(() => fault.harm(stage, setup.times)), loading]);
  } finally {
    isOver.abort();
    loading.catch(() => {});
  }
  await loading;
  const left = await load.drain(DRAIN_MS);
  if (left > 0) problems.push(`${left} runs did not come to their end`);
  problems.push(...(await findTakenSlots(cluster, api)));
  await cluster.stopAll();
  const judgment = await judgeAll(place, ledger, load);
  return {
    ...judgment,
    name: fault.name,
    runs: load.runs.length,
    harms: judgment.kills + harms,
    violations: [...problems, ...cluster.problems, ...judgment.violations],
    tookMs: performance.now() - startedMs,
  };
}

type Place = Parameters<typeof openDatabase>[0];

interface Opened {
  readonly place: Place;
  /** How nodes are told of it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly server?: PostgresServer;
}

/** A database of its own. */
async function openPlace(folder: string, fault: Fault, { seed, undo }: Setup): Promise<Opened> {
  const dataDir = join(folder, 'data');
  if (fault.server === undefined) {
    await createPgliteDirectory(join(dataDir, 'database'));
    return { place: { dataDir: join(dataDir, 'database') }, environment: { CADRE_DATA_DIR: dataDir } };
  }
  const server = await PostgresServer.create();
  undo.push(() => server.close());
  const proxy = await fault.connect?.(server.port, new SeededRandom(seed + 2));
  if (proxy !== undefined) undo.push(() => proxy.close());
  const url = new URL(server.url());
  if (proxy !== undefined) url.port = String(proxy.port);
  return {
    place: { url: server.url() },
    environment: { DATABASE_URL: url.href, CADRE_DATA_DIR: dataDir },
    server,
  };
}

/** Agents that still work, though all runs have ended. */
async function findTakenSlots(cluster: Cluster, api: Api): Promise<string[]> {
  const answers = await Promise.all(cluster.urls.map((url) => api.callOne(url, 'GET', 'agents/worker')));
  return answers.flatMap(({ body }) => {
    const { inFlight } = body['load'] as { readonly inFlight: number };
    return inFlight === 0 ? [] : `${inFlight} slots are taken though no run is in flight`;
  });
}

async function judgeAll(place: Place, ledger: Ledger, load: Load) {
  const story = tellStory(ledger.read());
  const all = [...story.executions.values()].flat();
  const database = await openDatabase(place, testParts());
  try {
    return {
      kills: story.kills,
      killsMidRun: story.killsMidRun,
      slowestFailoverMs: story.slowestFailoverMs,
      executions: all.length,
      repeated: all.filter(({ isRepeated }) => isRepeated).length,
      strays: all.filter(({ isStray }) => isStray).length,
      violations: judge(load.runs, await readJournals(database), story),
    };
  } finally {
    await database.close();
  }
}
