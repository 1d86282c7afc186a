import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  createDataFolder,
  postgresBinary,
  POSTGRES_PASSWORD,
  POSTGRES_USER,
  serverIdentity,
  startReaper,
} from './postgres-files.js';

const START_TIMEOUT_MS = 30_000;

/** Fast rather than safe: a crash of the machine may lose data, one of the server may not. */
const TEST_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum_naptime: '1h',
};

/**
 * A real Postgres for tests, which they may stop, kill and start again.
 *
 * Its data is gone once it is closed, or once the process that it belongs to has ended, however that ends.
 */
export class PostgresServer {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /**
   * Starts a server of its own for whoever calls.
   * @param settings of `postgresql.conf`, over those for tests
   * @param ownerPid the process whose end ends the server; default: this one
   */
  static async create(
    settings: Readonly<Record<string, string>> = {},
    ownerPid: number = process.pid,
  ): Promise<PostgresServer> {
    const folder = await createDataFolder();
    startReaper(ownerPid, folder);
    const server = new PostgresServer(await freePort(), folder, { ...TEST_SETTINGS, ...settings });
    await server.start();
    return server;
  }

  /** For clients of a database of this server. */
  url(database = 'postgres'): string {
    return urlOf(this.port, database);
  }

  async start(): Promise<void> {
    assert.equal(this.#process, undefined, 'the server runs already');
    const options = Object.entries({ ...this.settings, port: String(this.port) });
    const log = openSync(join(this.folder, 'log'), 'a');
    const child = spawn(
      postgresBinary('postgres'),
      ['-D', join(this.folder, 'data'), ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      // Detached, so that Ctrl-C reaches the tests and not the server under them.
      { ...serverIdentity(), stdio: ['ignore', log, log], detached: true },
    );
    closeSync(log);
    child.unref();
    this.#process = child;
    await this.#untilReady(child);
  }

  /** Ends it in order: connections are cut, what was committed is there after the next start. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** Ends it as a crash does. */
  kill(): Promise<void> {
    return this.#end('SIGQUIT');
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    for (const startedAt = Date.now(); Date.now() - startedAt < START_TIMEOUT_MS; await sleep(20)) {
      assert.equal(
        child.exitCode,
        null,
        `postgres did not start: ${readFileSync(join(this.folder, 'log'), 'utf8')}`,
      );
      if (await accepts(this.url())) return;
    }
    assert.fail(`postgres did not start in time: ${readFileSync(join(this.folder, 'log'), 'utf8')}`);
  }
}

let databasesMade = 0;

/** The URL of a new, empty database on the server that all specs of a test run share; it is started with the first. */
export async function createTestDatabase(): Promise<string> {
  const port = await sharedServerPort();
  databasesMade += 1;
  const name = `test_${process.pid}_${databasesMade}_${Date.now().toString(36)}`;
  await runSql(urlOf(port, 'postgres'), `create database ${name} template template0`);
  return urlOf(port, name);
}

/** Runs one statement on a connection of its own, beside whatever is tested. */
export async function runSql(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** One server for all workers of a test run: the first that asks starts it, the others read where it is. */
async function sharedServerPort(): Promise<number> {
  // A worker of jest has a channel to its parent, which lives as long as the run.
  const runPid = process.send === undefined ? process.pid : process.ppid;
  const portFile = join(tmpdir(), `cadre-postgres-of-${runPid}.port`);
  const startedAt = Date.now();
  for (;;) {
    if (claim(`${portFile}.lock`)) return startSharedServer(runPid, portFile);
    const port = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0;
    if (port > 0 && (await accepts(urlOf(port, 'postgres')))) return port;
    assert.ok(
      Date.now() - startedAt < START_TIMEOUT_MS,
      `remove ${portFile}* and try again: no server there`,
    );
    await sleep(50);
  }
}

async function startSharedServer(runPid: number, portFile: string): Promise<number> {
  startReaper(runPid, `${portFile}.lock`, portFile);
  const { port } = await PostgresServer.create({}, runPid);
  await writeFile(`${portFile}.new`, String(port));
  await rename(`${portFile}.new`, portFile);
  return port;
}

function claim(lockFile: string): boolean {
  try {
    closeSync(openSync(lockFile, 'wx'));
    return true;
  } catch {
    return false;
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@127.0.0.1:${port}/${database}`;
}

async function accepts(url: string): Promise<boolean> {
  return runSql(url, 'select 1').then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
