/**
 * What became of one task of a simulation.
 * @publicApi
 */
export interface SimulatedTask {
  readonly number: number;
  /** Milliseconds since the start. */
  readonly arrivedAtMs: number;
  readonly inputType: string;
  readonly status: 'succeeded' | 'failed' | 'skipped';
  /** Whose attempt was the last; `undefined` when nobody was asked. */
  readonly agent: string | undefined;
  readonly attempts: number;
  /** From its arrival to its end, all waiting included. */
  readonly responseMs: number;
  /** In line, before an agent had it. */
  readonly queuedMs: number;
  readonly costUsd: number;
  /** Of a failed or skipped task. */
  readonly errorCode: string | undefined;
}

/**
 * What came of a simulation: every task in the order of arrival, and some figures over all or some of them.
 * @publicApi
 */
export class SimulationResult {
  constructor(readonly tasks: readonly SimulatedTask[]) {}

  /** The same for the tasks that arrived as number `from` to `before` - 1, without a warm-up for example. */
  between(from: number, before: number = this.tasks.length): SimulationResult {
    return new SimulationResult(this.tasks.slice(from, before));
  }

  get successRatio(): number {
    return this.tasks.filter(({ status }) => status === 'succeeded').length / this.tasks.length;
  }

  get meanResponseMs(): number {
    return this.tasks.reduce((sum, { responseMs }) => sum + responseMs, 0) / this.tasks.length;
  }

  get costUsd(): number {
    return this.tasks.reduce((sum, { costUsd }) => sum + costUsd, 0);
  }

  /** The share of tasks whose last attempt was with an agent, 0 to 1. */
  shareOf(agent: string): number {
    return this.tasks.filter((task) => task.agent === agent).length / this.tasks.length;
  }

  /** The response time that this share of the tasks did not exceed: 0.99 for the p99. By the nearest rank. */
  responseQuantileMs(ratio: number): number {
    const sorted = Float64Array.from(this.tasks, ({ responseMs }) => responseMs).sort();
    return sorted[Math.max(Math.ceil(ratio * sorted.length) - 1, 0)] ?? Number.NaN;
  }
}
