import type { Body } from '../rest/server.js';

/** One event of a stream. */
export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Body;
}

/** A client of a stream of server-sent events. */
export class EventClient {
  readonly #leaving = new AbortController();

  private constructor(
    readonly status: number,
    readonly headers: Headers,
    private readonly response: Response,
    leaving: AbortController,
  ) {
    this.#leaving = leaving;
  }

  /** Connects; as a browser that comes back, with the id of the last event that it has seen. */
  static async open(url: string, lastEventId?: string): Promise<EventClient> {
    const leaving = new AbortController();
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await fetch(url, { headers, signal: leaving.signal });
    return new EventClient(response.status, response.headers, response, leaving);
  }

  /** The events as they come, until the server ends the stream. */
  async *events(): AsyncGenerator<StreamEvent> {
    let text = '';
    for await (const chunk of this.response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) if (!block.startsWith(':')) yield readBlock(block);
    }
  }

  /** All events to the end of the stream. */
  async all(): Promise<readonly StreamEvent[]> {
    const events: StreamEvent[] = [];
    for await (const event of this.events()) events.push(event);
    return events;
  }

  /** The next events, up to the first of a type, it included; the client is gone then. */
  async upTo(type: string): Promise<readonly StreamEvent[]> {
    const seen: StreamEvent[] = [];
    for await (const event of this.events()) {
      seen.push(event);
      if (event.type === type) break;
    }
    this.leave();
    return seen;
  }

  /** Goes away without a word. */
  leave(): void {
    this.#leaving.abort();
  }
}

function readBlock(block: string): StreamEvent {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
  return { id: fields['id'], type: fields['event'], data: JSON.parse(fields['data']) as Body };
}
