import { Agent, CadreError, type TaskContext } from 'cadre';

/** On the node that runs are started on. */
@Agent('gather', { name: 'gatherer', maxConcurrentTasks: 10 })
export class GatherAgent {
  execute(input: unknown): unknown {
    return { gathered: input };
  }
}

/** Remembers who asked. */
export class RememberingAgent {
  readonly tasks: { readonly input: unknown; readonly task: TaskContext }[] = [];

  protected remember(input: unknown, task: TaskContext): void {
    this.tasks.push({ input, task });
  }
}

@Agent('shout', { name: 'shouter', costPerTaskUsd: 0.5, maxConcurrentTasks: 10 })
export class ShoutAgent extends RememberingAgent {
  execute(input: unknown, task: TaskContext): unknown {
    this.remember(input, task);
    return `${JSON.stringify(input)}!`;
  }
}

@Agent('shout', { name: 'loud', version: '2.0.0', region: 'eu', tags: ['loud'] })
export class LoudAgent {
  execute(input: unknown): unknown {
    return `${JSON.stringify(input)}!!`;
  }
}

/** Works until it is told to stop. */
@Agent('labor', { name: 'laborer', maxConcurrentTasks: 10 })
export class LaborAgent {
  /** What each task was stopped with. */
  readonly stops: unknown[] = [];
  #onBegin = (): void => {};
  #onStop = (): void => {};
  readonly hasBegun = new Promise<void>((resolve) => (this.#onBegin = resolve));
  readonly hasStopped = new Promise<void>((resolve) => (this.#onStop = resolve));

  async execute(_input: unknown, { signal }: TaskContext): Promise<never> {
    this.#onBegin();
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        this.stops.push(signal.reason);
        this.#onStop();
        reject(signal.reason as Error);
      }),
    );
  }
}

/** Fails as often as a test says, then works. */
@Agent('try', { name: 'novice' })
export class NoviceAgent extends RememberingAgent {
  failuresLeft = 1;

  execute(input: unknown, task: TaskContext): unknown {
    this.remember(input, task);
    if (this.failuresLeft === 0) return 'done at last';
    this.failuresLeft -= 1;
    task.reportUsage({ costUsd: 0.25 });
    throw new CadreError({ code: 'NOT_YET', kind: 'unavailable', message: 'not yet' });
  }
}
