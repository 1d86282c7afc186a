import { CadreError, isCadreError, messageOf } from '../common/index.js';
import type { Choice } from '../selection/index.js';
import type { FailedTask } from './tasks/task.types.js';

/** An option of a task is out of its bounds. */
export class TaskOptionError extends CadreError {
  /** @param problem names the field first: `timeoutMs is 0; it must be …` */
  constructor(problem: string) {
    super({
      code: 'TASK_OPTION_INVALID',
      kind: 'input',
      message: `The task option ${problem}.`,
      details: { field: problem.slice(0, problem.indexOf(' ')) },
    });
  }
}

/** An option of the orchestrator is out of its bounds. */
export class OrchestrationOptionError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'ORCHESTRATION_OPTION_INVALID',
      kind: 'definition',
      message: `orchestration.${field} is ${String(value).slice(0, 60)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}

/** A pinned agent does not provide the capability that is asked of it. */
export class UnsupportedCapabilityError extends CadreError {
  constructor(agent: string, capability: string, supported: readonly string[]) {
    super({
      code: 'CAPABILITY_UNSUPPORTED',
      kind: 'input',
      message: `"${agent}" does not provide "${capability}"; it provides ${supported.join(', ') || 'nothing'}. Ask it for one of these, or leave the agent out.`,
      details: { agent, capability, supported },
    });
  }
}

/** Nobody can serve the task; lists each excluded candidate and its reason. */
export class NoAgentAvailableError extends CadreError {
  constructor(capability: string, choice: Choice) {
    const reasons = choice.excluded.map(({ agent, version, reason }) => `${agent}@${version} ${reason}`);
    super({
      code: 'NO_AGENT_AVAILABLE',
      kind: 'unavailable',
      message: `No agent can serve "${capability}": ${reasons.slice(0, 10).join('; ') || 'nobody provides it'}.`,
      details: { capability, excluded: choice.excluded },
    });
  }
}

/** A task waited for a free agent for as long as it was allowed to. */
export class QueueTimeoutError extends CadreError {
  constructor(capability: string, waitedMs: number, choice: Choice) {
    super({
      code: 'QUEUE_TIMEOUT',
      kind: 'unavailable',
      message: `No agent became free for "${capability}" within ${waitedMs} ms. Wait longer (queueTimeoutMs), raise maxConcurrentTasks, or add an agent.`,
      details: { capability, waitedMs, excluded: choice.excluded },
    });
  }
}

/** Too many tasks wait for a capability already. */
export class QueueFullError extends CadreError {
  constructor(capability: string, limit: number) {
    super({
      code: 'QUEUE_FULL',
      kind: 'unavailable',
      message: `${limit} tasks wait for "${capability}" already. Come back later, raise maxConcurrentTasks, or add an agent.`,
      details: { capability, limit },
    });
  }
}

/** The time of a task is over. */
export class TaskTimeoutError extends CadreError {
  constructor(capability: string, timeoutMs: number) {
    super({
      code: 'TASK_TIMEOUT',
      kind: 'timeout',
      message: `The task for "${capability}" was not done within its ${timeoutMs} ms. Give it more (timeoutMs), or look at what its agents wait for.`,
      details: { capability, timeoutMs },
    });
  }
}

/** An agent did not answer within the time of one attempt. */
export class AttemptTimeoutError extends CadreError {
  constructor(agent: string, capability: string, timeoutMs: number) {
    super({
      code: 'ATTEMPT_TIMEOUT',
      kind: 'timeout',
      message: `"${agent}" did not finish "${capability}" within ${timeoutMs} ms.`,
      details: { agent, capability, timeoutMs },
    });
  }
}

/** The caller canceled the task. */
export class TaskCanceledError extends CadreError {
  constructor(capability: string, reason: unknown) {
    super({
      code: 'TASK_CANCELED',
      kind: 'canceled',
      message: `The task for "${capability}" was canceled: ${reason instanceof Error || typeof reason === 'string' ? messageOf(reason) : 'no reason given'}.`,
      details: { capability },
      cause: reason,
    });
  }
}

/** An agent threw something of its own, or a task that it had given to another agent failed. */
export class AgentFailedError extends CadreError {
  constructor(agent: string, capability: string, cause: unknown) {
    super({
      code: 'AGENT_FAILED',
      kind: 'execution',
      message: `"${agent}" failed at "${capability}": ${messageOf(cause)}`,
      retryable: isCadreError(cause) ? cause.retryable : undefined,
      details: { agent, capability },
      cause,
    });
  }
}

/** The application is about to stop and takes no further work. */
export class ShuttingDownError extends CadreError {
  constructor() {
    super({
      code: 'SHUTTING_DOWN',
      kind: 'unavailable',
      message: 'The server is shutting down and takes no further tasks; ask another one, or come back later.',
    });
  }
}

/**
 * What `execute` rejects with: the error that ended the task, with the whole record of the task beside it. Its code, kind
 * and details are those of that error, which is its `cause`.
 */
export class TaskFailedError extends CadreError {
  constructor(
    cause: CadreError,
    readonly result: FailedTask,
  ) {
    const { code, kind, message, retryable, details } = cause;
    super({ code, kind, message, retryable, details, cause });
  }
}

/**
 * Makes a Cadre error of whatever an agent threw. Its own Cadre errors pass as they are; the failure of a task that it gave to
 * another agent is not that of its own task, where the same code would mean something else.
 */
export function toAgentError(thrown: unknown, agent: string, capability: string): CadreError {
  const isOwn = isCadreError(thrown) && !(thrown instanceof TaskFailedError);
  return isOwn ? thrown : new AgentFailedError(agent, capability, thrown);
}
