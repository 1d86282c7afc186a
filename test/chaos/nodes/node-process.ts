import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ledger } from '../judgement/ledger.js';
import type { NodeRequest } from './node.js';

const HOOKS = new URL('../../e2e/rest/typescript-hooks.js', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('./node.ts', import.meta.url));

/** Milliseconds a node may take to come up, on a busy machine. */
const START_TIMEOUT_MS = 60_000;

/** Milliseconds a node may take to close: longer than the grace time of its agents. */
const STOP_TIMEOUT_MS = 30_000;

/** Where a node runs. */
export interface NodeSettings {
  readonly name: string;
  /** Of the ledger and the logs. */
  readonly folder: string;
  /** Where its data is: `DATABASE_URL`, or `CADRE_DATA_DIR`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One life of a node: from its start to its end by a kill or a stop. */
export class NodeProcess {
  static #lives = 0;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #url = '';

  private constructor(
    readonly life: string,
    private readonly ledger: Ledger,
    child: ChildProcess,
  ) {
    this.#child = child;
    this.#ended = once(child, 'exit');
  }

  static launch({ name, folder, environment }: NodeSettings): NodeProcess {
    const life = `${name}.${(NodeProcess.#lives += 1)}`;
    const ledgerPath = join(folder, 'ledger');
    const log = openSync(join(folder, `${name}.log`), 'a');
    const { HOST: _host, NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, ...env } = process.env;
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--import', HOOKS, PROGRAM],
      {
        env: {
          ...env,
          PORT: '0',
          CADRE_LOG_LEVEL: 'warn',
          ...environment,
          CHAOS_LEDGER: ledgerPath,
          CHAOS_NODE: life,
        },
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    closeSync(log);
    return new NodeProcess(life, new Ledger(ledgerPath, life), child);
  }

  static async start(settings: NodeSettings): Promise<NodeProcess> {
    const node = NodeProcess.launch(settings);
    await node.ready();
    return node;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get url(): string {
    return this.#url;
  }

  /** Resolves once it listens. */
  async ready(): Promise<void> {
    const isOver = new AbortController();
    const message = once(this.#child, 'message', { signal: isOver.signal });
    const timeout = setTimeout(() => isOver.abort(), START_TIMEOUT_MS);
    const ended = this.#ended.then(() => isOver.abort());
    try {
      const [{ url }] = (await message) as [{ readonly url: string }];
      this.#url = url;
    } catch {
      throw new TypeError(`${this.life} did not come up; its log says why`);
    } finally {
      clearTimeout(timeout);
      void ended;
    }
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    this.ledger.note({ kind: 'killed' });
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Lets it stand still, as a machine does that swaps or is moved. */
  pause(): void {
    this.#child.kill('SIGSTOP');
    this.ledger.note({ kind: 'stopped' });
  }

  resume(): void {
    this.ledger.note({ kind: 'continued' });
    this.#child.kill('SIGCONT');
  }

  setClock(byMs: number): void {
    const request: NodeRequest = { jumpMs: byMs };
    this.#child.send(request);
  }

  /** Stops it in the orderly way; the code it ended with, `undefined` when it had to be killed. */
  async stop(): Promise<number | undefined> {
    if (!this.isAlive) return this.#child.exitCode ?? undefined;
    this.#child.kill('SIGTERM');
    const timeout = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timeout);
    return this.#child.exitCode ?? undefined;
  }
}
