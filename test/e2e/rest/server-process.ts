import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Client, type Body } from './server.js';

const HOOKS = new URL('./typescript-hooks.js', import.meta.url).href;
const TROUPE = fileURLToPath(new URL('./troupe-server.ts', import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server in a process of its own, seen as its operator sees it: by its log, its signals and HTTP. */
export class ServerProcess {
  readonly lines: Body[] = [];
  /** All that was written, where the log should be and where it should not. */
  output = '';
  readonly ended: Promise<Ending>;
  #listeners: (() => void)[] = [];
  #client: Client | undefined;

  private constructor(private readonly child: ChildProcessByStdio<null, Readable, Readable>) {
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    child.stderr.on('data', (chunk: Buffer) => void (this.output += String(chunk)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.output += `${line}\n`;
      this.lines.push(JSON.parse(line) as Body);
      for (const listener of this.#listeners) listener();
    });
    void this.ended.then(() => this.#listeners.forEach((listener) => listener()));
  }

  /** Starts a server, in memory unless it is told otherwise, and waits until it listens. @param program a file and its arguments; default: the server of the troupe */
  static async start(environment: Record<string, string> = {}, ...program: string[]): Promise<ServerProcess> {
    const server = ServerProcess.spawn({ PORT: '0', ...environment }, ...program);
    const { url } = await server.line('listening');
    server.#client = new Client(String(url));
    return server;
  }

  /** Starts one that need not come up. */
  static spawn(environment: Record<string, string>, program = TROUPE, ...args: string[]): ServerProcess {
    const { HOST: _host, NODE_OPTIONS: _options, ...env } = process.env;
    const child = spawn(process.execPath, ['--import', HOOKS, program, ...args], {
      env: { ...env, CADRE_PERSISTENCE: 'memory', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServerProcess(child);
  }

  get client(): Client {
    if (this.#client === undefined) throw new TypeError('this server does not listen');
    return this.#client;
  }

  /** The first line of the log with this message, as soon as there is one. */
  async line(message: string): Promise<Body> {
    let hasEnded = false;
    void this.ended.then(() => (hasEnded = true));
    for (;;) {
      const found = this.lines.find(({ msg }) => msg === message);
      if (found !== undefined) return found;
      if (hasEnded) throw new TypeError(`the server ended without "${message}":\n${this.output}`);
      await new Promise<void>((resolve) => (this.#listeners = [...this.#listeners, resolve]));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Stops it in the orderly way. */
  stop(): Promise<Ending> {
    this.kill('SIGTERM');
    return this.ended;
  }
}
