import type { Clock } from '../../common/index.js';
import type { RunEvent } from '../../orchestration/index.js';
import { toRunEventView } from './run.view.js';

/** Milliseconds of silence after which a comment says that the stream is alive; proxies cut lines that are silent for a minute. */
export const HEARTBEAT_MS = 15_000;

/** A comment: clients read over it (HTML standard, "Server-sent events"). */
const HEARTBEAT = ':\n\n';

/**
 * Writes the events of a run as server-sent events, each with its id, so that a client that comes back says where it was.
 *
 * What is asked for is written, and no more: a slow client holds up its own stream alone. It ends with the events, or when the
 * reader returns.
 */
export async function* writeEvents(events: AsyncIterator<RunEvent>, clock: Clock): AsyncGenerator<string> {
  // At once, so that the client knows that it is connected although nothing happens yet.
  yield HEARTBEAT;
  let next: Promise<IteratorResult<RunEvent>> | undefined;
  try {
    for (;;) {
      next ??= events.next();
      const result = await orSilence(next, clock);
      if (result === undefined) {
        yield HEARTBEAT;
        continue;
      }
      next = undefined;
      if (result.done) return;
      yield writeEvent(result.value);
    }
  } finally {
    await events.return?.();
  }
}

function writeEvent(event: RunEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(toRunEventView(event))}\n\n`;
}

/** What comes, or `undefined` when nothing does for a while. */
function orSilence<T>(next: Promise<T>, clock: Clock): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(HEARTBEAT_MS, () => resolve(undefined));
    next.then(resolve, reject).finally(cancel);
  });
}
