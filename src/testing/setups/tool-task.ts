import { SeededRandom } from '../../common/index.js';
import {
  runAsAgent,
  Tool,
  type TaskScope,
  type ToolCall,
  type ToolContext,
  type ToolOptions,
  type UsageReport,
} from '../../agents/index.js';
import { VirtualClock } from '../virtual-clock.js';

interface Task extends TaskScope {
  readonly clock: VirtualClock;
  readonly calls: ToolCall[];
  readonly usage: UsageReport[];
  readonly controller: AbortController;
  /** Runs as the code of an agent that works on this task. */
  run<T>(work: () => T): T;
}

export function newTask(clock = new VirtualClock(1_000)): Task {
  const calls: ToolCall[] = [];
  const usage: UsageReport[] = [];
  const controller = new AbortController();
  const task: Task = {
    clock,
    calls,
    usage,
    controller,
    random: new SeededRandom(1),
    signal: controller.signal,
    recordToolCall: (call) => calls.push(call),
    reportUsage: (report) => usage.push(report),
    run: (work) => runAsAgent(task, work),
  };
  return task;
}

type Use = (input: never, context?: ToolContext) => unknown;

/** An instance of a new tool class that does this work. */
export function toolThat(use: Use, options: ToolOptions = {}): { use(input: unknown): Promise<unknown> } {
  class Probe {
    use(input: never, context?: ToolContext): unknown {
      return use(input, context);
    }
  }
  Tool({ name: 'probe', ...options } as ToolOptions<never>)(Probe as never);
  return new Probe() as never;
}

export const STEADY = { attempts: 3, delayMs: 100, jitter: false } as const;

/** What a promise rejects with; listens at once, so that no rejection goes unheard while the clock moves. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new TypeError(`expected a failure, got ${String(value)}`);
    },
    (error: unknown) => error,
  );
}

/** A promise to be settled from outside. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
