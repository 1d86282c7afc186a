import {
  Logger,
  RunContext,
  type ProgressReport,
  type SourceReport,
  type TaskContext,
  type UsageReport,
} from 'cadre';

class QuietLogger extends Logger {
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}

/** What an agent reported while a test ran it. */
export interface Reports {
  readonly usage: UsageReport[];
  readonly progress: ProgressReport[];
  readonly sources: SourceReport[];
  readonly confidence: number[];
}

/** A task context for calling an agent's method directly, and what the agent reports through it. */
export function taskContext(overrides: Partial<TaskContext> = {}): { task: TaskContext; reports: Reports } {
  const reports: Reports = { usage: [], progress: [], sources: [], confidence: [] };
  const task: TaskContext = {
    taskId: 'task-1',
    capability: 'tested',
    inputType: 'tested',
    idempotencyKey: 'key-1',
    attempt: 1,
    signal: new AbortController().signal,
    deadlineAt: Number.MAX_SAFE_INTEGER,
    logger: new QuietLogger(),
    context: RunContext.EMPTY,
    reportUsage: (usage) => void reports.usage.push(usage),
    reportProgress: (progress) => void reports.progress.push(progress),
    reportConfidence: (ratio) => void reports.confidence.push(ratio),
    reportSources: (sources) => void reports.sources.push(...sources),
    ...overrides,
  };
  return { task, reports };
}

/** Runs a streaming handler to its end. */
export async function drain<Part, Output>(
  stream: AsyncGenerator<Part, Output, void>,
): Promise<{ parts: Part[]; output: Output }> {
  const parts: Part[] = [];
  for (let next = await stream.next(); ; next = await stream.next()) {
    if (next.done) return { parts, output: next.value };
    parts.push(next.value);
  }
}
