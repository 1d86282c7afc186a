import { runAsAgent } from '../agents/index.js';
import type { Attempt } from './attempt.js';

type Handler = (input: unknown, task: Attempt) => unknown;

/**
 * Calls the method of an agent's instance that provides a capability. Answers what the method does: a value, or a promise of
 * one; a generator is driven to its end, what it yields being reported as partial results.
 */
export function invoke(attempt: Attempt, method: string, input: unknown): unknown {
  return runAsAgent(attempt, () => {
    const instance = attempt.release.instances.get(attempt);
    return instance instanceof Promise
      ? instance.then((living: object) => call(living, method, input, attempt))
      : call(instance, method, input, attempt);
  });
}

function call(instance: object, method: string, input: unknown, attempt: Attempt): unknown {
  const returned = (instance as Record<string, Handler>)[method]?.(input, attempt);
  return isAsyncGenerator(returned) ? drive(returned, attempt) : returned;
}

async function drive(generator: AsyncGenerator<unknown, unknown, void>, attempt: Attempt): Promise<unknown> {
  // Runs the generator's own clean-up when the attempt is given up between two of its steps.
  const stop = (): void => void generator.return(undefined).catch(() => {});
  attempt.signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const step = await generator.next();
      if (step.done) return step.value;
      attempt.reportProgress({ partial: step.value });
    }
  } finally {
    attempt.signal.removeEventListener('abort', stop);
  }
}

function isAsyncGenerator(value: unknown): value is AsyncGenerator<unknown, unknown, void> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.asyncIterator in value &&
    typeof (value as { next?: unknown }).next === 'function'
  );
}

/** Tells whether a returned value has to be waited for. */
export function isPending(returned: unknown): returned is PromiseLike<unknown> {
  return (
    typeof returned === 'object' &&
    returned !== null &&
    typeof (returned as { then?: unknown }).then === 'function'
  );
}
