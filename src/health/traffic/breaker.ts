import type { RandomSource } from '../../common/index.js';
import type { AttemptVerdict } from '../../metrics/index.js';
import type { ResolvedHealthOptions } from '../health.options.js';
import { CallWindow } from './call-window.js';

/** How a circuit stands; each state carries only what it needs. Instants are by the clock that does not jump. */
export type BreakerState =
  | { readonly kind: 'closed'; readonly sinceMs: number }
  | { readonly kind: 'open'; readonly untilMs: number; readonly reason: string }
  | { readonly kind: 'half-open'; readonly holders: Set<string>; passed: number; readonly reason: string };

/** An attempt that has ended, as a circuit needs to know it. */
export interface CircuitCall {
  readonly taskId: string;
  readonly verdict: AttemptVerdict;
  readonly durationMs: number;
}

/** How much longer than the first time a circuit may be open, as a power of two; beyond it the cap of the options rules anyway. */
const MAX_DOUBLINGS = 30;

/**
 * The circuit breaker of one release at one capability. It opens after failures in a row, or when too large a share of recent calls
 * failed; when its time is over, a few tasks may try whether it can close. Each time it opens again it stays so twice as long.
 *
 * After M. Nygard, "Release It!", 2007. Time and chance come in from outside; it schedules nothing itself.
 */
export class Breaker {
  readonly #window: CallWindow;
  #state: BreakerState = { kind: 'closed', sinceMs: -Infinity };
  #failuresInRow = 0;
  /** Times that it opened without having stayed closed for long in between. */
  #openings = 0;

  constructor(
    private readonly options: ResolvedHealthOptions['breaker'],
    private readonly random: RandomSource,
  ) {
    this.#window = new CallWindow(options.windowMs);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether a task may be given now. */
  get isPassing(): boolean {
    const state = this.#state;
    if (state.kind === 'half-open') return state.passed + state.holders.size < this.options.trialTasks;
    return state.kind === 'closed';
  }

  /** Learns what came of a call. Calls that began before the circuit was last closed, and are no trials, say nothing new. */
  record(call: CircuitCall, nowMs: number): void {
    const state = this.#state;
    if (state.kind === 'closed') this.#recordClosed(state.sinceMs, call, nowMs);
    else if (state.kind === 'half-open' && state.holders.delete(call.taskId)) this.#recordTrial(call, nowMs);
  }

  /** Lets a task try a half-open circuit; the caller has asked {@link isPassing} in the same turn. */
  take(taskId: string): void {
    if (this.#state.kind === 'half-open') this.#state.holders.add(taskId);
  }

  /** A task that was to try the circuit did not come to it. */
  giveBack(taskId: string): void {
    if (this.#state.kind === 'half-open') this.#state.holders.delete(taskId);
  }

  /** The time for which it was open is over. */
  halfOpen(): void {
    if (this.#state.kind !== 'open') return;
    const { reason } = this.#state;
    this.#state = { kind: 'half-open', holders: new Set(), passed: 0, reason };
  }

  #recordClosed(sinceMs: number, { verdict, durationMs }: CircuitCall, nowMs: number): void {
    if (verdict === 'excused' || nowMs - durationMs < sinceMs) return;
    const isSuccess = verdict === 'succeeded';
    this.#window.record(nowMs, isSuccess, durationMs);
    if (isSuccess) {
      this.#failuresInRow = 0;
      return;
    }
    this.#failuresInRow += 1;
    const reason = this.#reasonToOpen(nowMs);
    if (reason !== undefined) this.#open(reason, nowMs);
  }

  #reasonToOpen(nowMs: number): string | undefined {
    const { consecutiveFailures, failureRatio, minimumCalls } = this.options;
    if (this.#failuresInRow >= consecutiveFailures) return `${this.#failuresInRow} failures in a row`;
    const { succeeded, failed } = this.#window.totals(nowMs);
    const calls = succeeded + failed;
    if (calls < minimumCalls || failed < failureRatio * calls) return undefined;
    return `${failed} of ${calls} recent calls failed`;
  }

  #recordTrial({ verdict }: CircuitCall, nowMs: number): void {
    const state = this.#state;
    if (state.kind !== 'half-open' || verdict === 'excused') return;
    if (verdict === 'failed') return this.#open('a trial task failed', nowMs);
    state.passed += 1;
    if (state.passed < this.options.trialTasks) return;
    this.#state = { kind: 'closed', sinceMs: nowMs };
    this.#failuresInRow = 0;
    this.#window.clear();
  }

  #open(reason: string, nowMs: number): void {
    const { openMs, maxOpenMs, jitterRatio } = this.options;
    const state = this.#state;
    if (state.kind === 'closed' && nowMs - state.sinceMs >= maxOpenMs) this.#openings = 0;
    const doubled = openMs * 2 ** Math.min(this.#openings, MAX_DOUBLINGS);
    const jittered = Math.min(doubled, maxOpenMs) * (1 + jitterRatio * (2 * this.random.next() - 1));
    this.#openings += 1;
    this.#state = { kind: 'open', untilMs: nowMs + Math.min(jittered, maxOpenMs), reason };
  }
}
