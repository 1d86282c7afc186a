import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startServer, type ServerSettings } from 'cadre/server';

/** A JSON object; empty for an answer that is none. */
export type Body = Readonly<Record<string, unknown>>;

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string | undefined;
  readonly text: string;
  readonly body: Body;
}

/** Speaks HTTP with a server. Paths that begin with `/` are as they are, others stand below `/api/v1/`. */
export class Client {
  constructor(readonly url: string) {}

  async send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const url = this.url + (path.startsWith('/') ? path : `/api/v1/${path}`);
    return readAnswer(await fetch(url, { method, ...init }));
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { headers });
  }

  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#sendJson('POST', path, body, headers);
  }

  put(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#sendJson('PUT', path, body, headers);
  }

  /** Runs a task. */
  task(capability: string, body: unknown): Promise<Answer> {
    return this.post(`capabilities/${capability}/tasks`, body);
  }

  /** A body as it is, JSON or not. */
  postRaw(path: string, body: string, type = 'application/json'): Promise<Answer> {
    return this.send('POST', path, { body, headers: { 'content-type': type } });
  }

  /** Writes bytes and reads what comes back until the connection ends: for what `fetch` would never send. */
  async raw(request: string): Promise<string> {
    const { hostname, port } = new URL(this.url);
    const socket = connect(Number(port), hostname);
    socket.write(request);
    return readText(socket);
  }

  #sendJson(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
    if (body === undefined) return this.send(method, path, { headers });
    return this.send(method, path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }
}

/** A server on a port of its own, and a client of it. */
export interface RunningServer {
  readonly app: NestFastifyApplication;
  readonly client: Client;
}

/** Starts a real server without logs. */
export async function serve(appModule: Type, settings: Partial<ServerSettings> = {}): Promise<RunningServer> {
  const app = await startServer(appModule, { port: 0, logLevel: 'silent', ...settings });
  return { app, client: new Client(await app.getUrl()) };
}

/** The items of a list's answer. */
export function itemsOf({ body }: Answer): readonly Body[] {
  return body['items'] as readonly Body[];
}

/** Follows a list from page to page to its end. */
export async function allPagesOf(client: Client, path: string): Promise<readonly Body[]> {
  const items: Body[] = [];
  let cursor: unknown = '';
  while (typeof cursor === 'string') {
    const page = await client.get(cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    items.push(...itemsOf(page));
    cursor = page.body['nextCursor'];
  }
  return items;
}

async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const type = headers.get('content-type')?.split(';', 1)[0];
  const text = await response.text();
  const isJson = type !== undefined && type.endsWith('json') && text !== '';
  return { status, headers, type, text, body: (isJson ? JSON.parse(text) : {}) as Body };
}
