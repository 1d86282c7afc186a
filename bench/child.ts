import { fork, type ChildProcess, type Serializable } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts a measurement in a process of its own: nothing that ran before has warmed it up or filled its memory.
 * Its standard output is dropped; it talks by messages.
 */
export function startChild(file: URL, request: unknown): ChildProcess {
  return fork(file, [JSON.stringify(request)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The child's next message. Rejects when it ends without one. */
export async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const settled = new AbortController();
  const message = once(child, 'message', { signal: settled.signal });
  const end = once(child, 'exit', { signal: settled.signal }).then(([code]) => {
    throw new Error(`${child.spawnargs[1] ?? 'the child'} ended with ${String(code)} before it answered`);
  });
  try {
    const [answer] = (await Promise.race([message, end])) as [Message];
    return answer;
  } finally {
    message.catch(() => {});
    end.catch(() => {});
    settled.abort();
  }
}

/** Asks a child that stays alive. */
export function ask<Answer>(child: ChildProcess, question: Serializable): Promise<Answer> {
  const answer = nextMessage<Answer>(child);
  child.send(question);
  return answer;
}

/** Runs a child from its start to its end; answers what it reported. */
export async function runChild<Result>(file: URL, request: unknown): Promise<Result> {
  const child = startChild(file, request);
  const result = await nextMessage<Result>(child);
  if (child.exitCode === null) await once(child, 'exit');
  return result;
}

/** In a child: what the parent wants. */
export function readRequest<Request>(): Request {
  return JSON.parse(process.argv[2] ?? 'null') as Request;
}

/** In a child: reports to the parent. */
export function report(result: Serializable): void {
  process.send?.(result);
}

/** In a child: reports and ends. Whatever keeps the process alive, timers of a framework for example, is not waited for. */
export function finish(result: Serializable): void {
  process.send?.(result, undefined, undefined, () => process.exit());
}
