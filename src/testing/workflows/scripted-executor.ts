import { isTypedValue } from '../../agents/index.js';
import { CadreError, isCadreError, newId, toFailure } from '../../common/index.js';
import {
  AgentFailedError,
  ShuttingDownError,
  TaskCanceledError,
  TaskFailedError,
  type StepOfRun,
  type SucceededTask,
  type TaskExecutor,
  type TaskOptions,
} from '../../orchestration/index.js';
import { UnknownCapabilityError } from '../../registry/index.js';

/** One task that was asked for. */
export interface ScriptedCall {
  readonly capability: string;
  readonly input: unknown;
  readonly options: TaskOptions;
  readonly step?: StepOfRun;
}

/** Answers with the output, `Type.of(output)` where its data type matters, or throws what the task fails with. */
export type ScriptedAnswer = (call: ScriptedCall) => unknown;

/** US dollars that each task costs, whether it succeeds or fails. */
export const SCRIPTED_COST_USD = 0.25;

/**
 * Stands for the `TaskExecutor` under what is built on it: a test's own functions answer for the agents, and can be made to
 * wait. Cancellation and the end of the process are answered as the real one does.
 */
export class ScriptedExecutor implements Pick<TaskExecutor, 'execute' | 'isClosing'> {
  /** Every task that was asked for, in order. */
  readonly calls: ScriptedCall[] = [];
  isClosing = false;

  readonly #answers: Map<string, ScriptedAnswer>;

  constructor(answers: Readonly<Record<string, ScriptedAnswer>>) {
    this.#answers = new Map(Object.entries(answers));
  }

  /** Somebody provides the capability now. */
  answer(capability: string, answer: ScriptedAnswer): void {
    this.#answers.set(capability, answer);
  }

  /** Nobody provides the capability any more. */
  forget(capability: string): void {
    this.#answers.delete(capability);
  }

  async execute(
    capability: string,
    input: unknown,
    options: TaskOptions = {},
    step?: StepOfRun,
  ): Promise<SucceededTask> {
    if (this.isClosing) throw new ShuttingDownError();
    const answer = this.#answers.get(capability);
    if (answer === undefined) throw new UnknownCapabilityError(capability, []);
    const call = { capability, input, options, step };
    this.calls.push(call);
    try {
      const output = await orAborted(capability, answer, call);
      const { type, value } = isTypedValue(output) ? output : { type: 'json', value: output };
      return {
        ...envelopeOf(capability),
        status: 'succeeded',
        output: value,
        outputType: type,
        agent: 'scripted',
        version: '1.0.0',
      };
    } catch (thrown) {
      const error: CadreError = isCadreError(thrown)
        ? thrown
        : new AgentFailedError('scripted@1.0.0', capability, thrown);
      throw new TaskFailedError(error, {
        ...envelopeOf(capability),
        status: 'failed',
        error: toFailure(error),
      });
    }
  }
}

async function orAborted(capability: string, answer: ScriptedAnswer, call: ScriptedCall): Promise<unknown> {
  const { signal } = call.options;
  const canceled = (): TaskCanceledError => new TaskCanceledError(capability, signal?.reason);
  if (signal?.aborted) throw canceled();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => (onAbort = () => reject(canceled())));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answer(call), aborted]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function envelopeOf(capability: string) {
  return {
    taskId: newId(),
    capability,
    durationMs: 0,
    queuedMs: 0,
    costUsd: SCRIPTED_COST_USD,
    usage: { inputTokens: 0, outputTokens: 0 },
    attempts: [],
    choice: { strategy: 'scripted', reason: 'scripted', candidates: [], excluded: [] },
  };
}
