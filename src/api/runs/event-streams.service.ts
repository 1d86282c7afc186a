import type { ServerResponse } from 'node:http';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ShuttingDownError } from '../../orchestration/index.js';

/** The answers that go on until somebody ends them; without an end, the server would wait for them when it closes. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  readonly #open = new Set<AbortController>();
  #isClosing = false;

  /** A signal that aborts when the client is gone, or when the application is about to stop. @throws SHUTTING_DOWN */
  begin(response: ServerResponse): AbortSignal {
    if (this.#isClosing) throw new ShuttingDownError();
    const stream = new AbortController();
    this.#open.add(stream);
    response.once('close', () => {
      this.#open.delete(stream);
      stream.abort('the client went away');
    });
    return stream.signal;
  }

  beforeApplicationShutdown(): void {
    this.#isClosing = true;
    for (const stream of this.#open) stream.abort('the server is about to stop');
  }
}
