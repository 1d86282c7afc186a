import { runAsAgent } from '../../agents/index.js';
import { AgentFailedError } from '../orchestration.errors.js';
import type { Attempt } from './attempt.js';

type Handler = (input: unknown, task: Attempt) => unknown;

/**
 * A generator that never waits would keep timers and everybody else from running: after so many partial results it is made to
 * wait a millisecond.
 */
const PARTIALS_PER_TURN = 1_000;

/**
 * Calls the method of an agent's instance that provides a capability. Answers what the method does: a value, or a promise of
 * one; a generator is driven to its end, what it yields being reported as partial results.
 *
 * @throws what the agent throws; AGENT_FAILED when the method is gone; the reason of the abort when the attempt is over before
 * the agent could be called
 */
export function invoke(attempt: Attempt, method: string, input: unknown): unknown {
  return runAsAgent(attempt, () => {
    attempt.throwIfAborted();
    const instance = attempt.release.instances.get(attempt);
    return instance instanceof Promise
      ? instance.then((living: object) => call(living, method, input, attempt))
      : call(instance, method, input, attempt);
  });
}

/** Tells whether a value has to be waited for. @throws what its `then` throws when it is a getter */
export function isPending<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

function call(instance: object, method: string, input: unknown, attempt: Attempt): unknown {
  // An instance of its own may have taken longer to make than the attempt had time.
  attempt.throwIfAborted();
  const living = instance as Record<string, Handler | undefined>;
  if (typeof living[method] !== 'function') {
    const { release, capability } = attempt;
    throw new AgentFailedError(release.id, capability, `its method ${method}() is gone`);
  }
  const returned = living[method](input, attempt);
  return isAsyncIterator(returned) ? drive(returned, attempt) : returned;
}

/** What handlers return may be a generator, or an iterator somebody wrote by hand: only `next` is sure to be there. */
type Partials = Pick<AsyncGenerator<unknown, unknown, void>, 'next'> &
  Partial<Pick<AsyncGenerator<unknown, unknown, void>, 'return'>>;

async function drive(partials: Partials, attempt: Attempt): Promise<unknown> {
  // Runs the generator's own clean-up when the attempt is given up between two of its steps.
  const stop = (): void => void end(partials);
  attempt.signal.addEventListener('abort', stop, { once: true });
  try {
    for (let count = 1; ; count += 1) {
      const step = await partials.next();
      if (step.done) return step.value;
      attempt.throwIfAborted();
      attempt.reportProgress({ partial: step.value });
      if (count % PARTIALS_PER_TURN === 0) await attempt.clock.delay(1, attempt.signal);
    }
  } finally {
    attempt.signal.removeEventListener('abort', stop);
  }
}

/** What the clean-up throws cannot reach anybody any more. */
async function end(partials: Partials): Promise<void> {
  try {
    await partials.return?.(undefined);
  } catch {
    // The attempt has its error already.
  }
}

function isAsyncIterator(value: unknown): value is Partials {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.asyncIterator in value &&
    typeof (value as { readonly next?: unknown }).next === 'function'
  );
}
