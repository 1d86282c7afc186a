import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import {
  Agent,
  allOf,
  CadreModule,
  CadreError,
  capability,
  dataType,
  Provides,
  type CadreOptions,
  type TaskContext,
} from 'cadre';
import { z } from 'zod';

const Text = dataType('text', z.string().min(1));
const Count = dataType('count', z.int());
const Tone = dataType('tone', z.enum(['formal', 'casual']));

const Echo = capability({ name: 'echo', description: 'Says it again.', input: Text, output: Text });
const Measure = capability({ name: 'measure', description: 'Counts.', input: Text, output: Count });
const Phrase = capability({
  name: 'phrase',
  description: 'Says it in a tone.',
  input: allOf({ text: Text, tone: Tone }),
  output: Text,
});

/** Does what it should. */
@Agent({
  name: 'parrot',
  version: '2.1.0',
  description: 'Repeats.',
  maxConcurrentTasks: 100,
  costPerTaskUsd: 0.25,
  region: 'eu-west',
  tags: ['loud', 'green'],
})
class ParrotAgent {
  @Provides(Echo, { estimatedDurationMs: 5 })
  echo(text: string, task: TaskContext): string {
    task.reportUsage({ inputTokens: 3, outputTokens: 4 });
    task.reportConfidence(0.9);
    return text;
  }

  @Provides(Phrase)
  phrase({ text, tone }: { text: string; tone: string }): string {
    return `${text} (${tone})`;
  }
}

/** The release before: stands by. */
@Agent(Echo, { name: 'parrot', version: '2.0.0' })
class OldParrotAgent {
  execute(text: string): string {
    return `old ${text}`;
  }
}

/** Cannot work without the parrot. */
@Agent(Measure, { name: 'ruler', dependencies: ['parrot'], region: 'us-east', tags: ['green'] })
class RulerAgent {
  execute(text: string): number {
    return text.length;
  }
}

class BrokenToolError extends CadreError {
  constructor() {
    // Facts that JSON cannot carry, in spite of what the type says.
    super({ code: 'TOOL_BROKEN', kind: 'execution', message: 'The tool broke.', details: { size: 10n } });
  }
}

/** Fails in each of the ways in which agents fail. */
@Agent({ name: 'misfit', maxConcurrentTasks: 100 })
class MisfitAgent {
  @Provides('throw')
  throw(): never {
    throw new TypeError('cannot read the secret sauce');
  }

  @Provides('throw-odd')
  throwOdd(): never {
    throw new BrokenToolError();
  }

  @Provides({ name: 'lie', description: 'Answers in the wrong shape.', input: Text, output: Count })
  lie(): number {
    return 'three' as never;
  }

  @Provides({ name: 'bigint', description: 'Answers what JSON cannot carry.', input: Text, output: z.any() })
  bigint(): unknown {
    return { size: 10n };
  }

  /** Stops when it is told to. */
  @Provides('hang')
  hang(_input: unknown, { signal }: TaskContext): Promise<never> {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }

  /** Never settles, told or not. */
  @Provides('deaf')
  deaf(): Promise<never> {
    return new Promise(() => {});
  }

  /** Answers after its deadline, and without a look at its signal. */
  @Provides('late')
  async late(): Promise<string> {
    await delay(120);
    return 'too late';
  }
}

/** Works until a test says how it ends; tells when it has begun and what stopped it. */
@Agent('patience', { name: 'patient', maxConcurrentTasks: 1 })
export class PatientAgent {
  readonly #begun = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<unknown>();
  readonly #end = Promise.withResolvers<string>();
  readonly hasBegun = this.#begun.promise;
  /** What its signal was aborted with. */
  readonly stopReason = this.#stopped.promise;

  execute(_input: unknown, { signal }: TaskContext): Promise<string> {
    this.#begun.resolve();
    signal.addEventListener('abort', () => {
      this.#stopped.resolve(signal.reason);
      this.finish('stopped');
    });
    return this.#end.promise;
  }

  finish(output: string): void {
    this.#end.resolve(output);
  }
}

/** Healthy until a test says otherwise; tells of its health what JSON cannot carry. */
@Agent('lift', { name: 'patron' })
export class PatronAgent {
  health: object = { healthy: true, details: { load: 0.5 } };

  execute(): string {
    return 'lifted';
  }

  healthCheck(): never {
    return this.health as never;
  }
}

/** An application of agents, good and bad. */
export function troupe(options: CadreOptions = {}) {
  @Module({
    imports: [
      CadreModule.forRoot({ ...options, orchestration: { abortGraceMs: 20, ...options.orchestration } }),
    ],
    providers: [ParrotAgent, OldParrotAgent, RulerAgent, MisfitAgent, PatientAgent, PatronAgent],
  })
  class TroupeModule {}
  return TroupeModule;
}
