import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { CadreOptions } from '../../src/index.js';
import { ask, nextMessage, startChild } from '../child.js';
import { BARE_PATHS, type BareAnswers, type RouteMethod } from './rest.route.js';

/** Which server a child is: Cadre's with its defaults, or Nest on Fastify and nothing else. */
export interface ServerRequest {
  readonly kind: 'cadre' | 'nest';
  /** Default: in memory. */
  readonly database?: CadreOptions['database'];
  /** Steps of the workflow "flow"; default 10. */
  readonly steps?: number;
}

/** What is said to a server; it answers each with its usage. */
export type ServerMessage = 'usage' | { readonly answers: Partial<BareAnswers> };

/** What a server says. */
export interface ServerReport {
  readonly address: { readonly url: string };
  readonly usage: { readonly cpu: NodeJS.CpuUsage; readonly rssBytes: number };
}

export const JSON_HEADERS = { 'content-type': 'application/json' };

/** A server in a process of its own. */
export class BenchServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** From the start of the process until it listens. */
    readonly startMs: number,
  ) {}

  static async start(request: ServerRequest): Promise<BenchServer> {
    const startedMs = performance.now();
    const child = startChild(new URL('./rest.child.js', import.meta.url), request);
    const { url } = await nextMessage<ServerReport['address']>(child);
    return new BenchServer(child, url, performance.now() - startedMs);
  }

  urlOf(method: RouteMethod): string {
    return this.url + BARE_PATHS[method];
  }

  usage(): Promise<ServerReport['usage']> {
    return ask(this.child, 'usage');
  }

  /** Has its bare routes answer so from now on. */
  async answer(answers: Partial<BareAnswers>): Promise<void> {
    await ask(this.child, { answers });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}

/** Sends a request as the benches do, and gives the answer. */
export async function post(url: string, body: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers: JSON_HEADERS, body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
