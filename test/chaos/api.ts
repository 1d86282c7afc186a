import { setTimeout as delay } from 'node:timers/promises';

/** What a node answered. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Request {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds for one try: a node may stand still. */
const TRY_MS = 8_000;
/** Milliseconds for all tries: on a busy machine, a node that is killed again and again is up for a small part of the time only. */
const PATIENCE_MS = 900_000;

/** Speaks HTTP with a cluster as a patient client does: goes to the next node when one does not answer, or cannot now. */
export class Api {
  #turn = 0;

  /** @param urls of the nodes that are up */
  constructor(private readonly urls: () => readonly string[]) {}

  /** @throws TypeError when nobody answers for a quarter of an hour */
  async call(method: string, path: string, request: Request = {}): Promise<Answer> {
    let last: unknown = 'no node is up';
    for (const startedMs = performance.now(); performance.now() - startedMs < PATIENCE_MS; await delay(100)) {
      const urls = this.urls();
      const url = urls[(this.#turn += 1) % Math.max(urls.length, 1)];
      if (url === undefined) continue;
      try {
        const answer = await this.callOne(url, method, path, request);
        if (answer.status < 500) return answer;
        last = JSON.stringify(answer);
      } catch (error) {
        last = error;
      }
    }
    throw new TypeError(`${method} ${path} was never answered: ${String(last)}`);
  }

  /** Asks one node once. */
  async callOne(url: string, method: string, path: string, { body, headers }: Request = {}): Promise<Answer> {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TRY_MS),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
  }
}
