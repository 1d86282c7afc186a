import assert from 'node:assert/strict';
import { Clock, MAX_TIMER_MS, nextTurn, type Cancel } from '../common/index.js';
import { TimerHeap, type Timer } from './timer-heap.js';

/**
 * A clock that stands still until a test moves it.
 *
 * Timers run when time is advanced over them, in order of their due moment and, within one moment, in the order they
 * were scheduled; each sees the clock at its own due moment, and timers that it schedules run in the same advance when
 * they are due by then. What a callback throws leaves {@link advance}, with the clock at that timer's moment.
 * @publicApi
 */
export class VirtualClock extends Clock {
  readonly #timers = new TimerHeap();
  #scheduled = 0;
  #monotonicMs = 0;
  /** Wall time at monotonic zero. */
  #originAt: number;

  /** @param startAt epoch milliseconds; default 2030-01-01T00:00:00Z */
  constructor(startAt: number = Date.UTC(2030, 0, 1)) {
    super();
    this.#originAt = startAt;
  }

  now(): number {
    return this.#originAt + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    const dueMs = this.#monotonicMs + Math.min(Math.max(delayMs, 0), MAX_TIMER_MS);
    assert.ok(!Number.isNaN(dueMs), 'the delay of a timer must be a number of milliseconds');
    const timer: Timer = { dueMs, order: this.#scheduled++, callback, place: -1 };
    this.#timers.add(timer);
    return () => this.#timers.remove(timer);
  }

  /** How many scheduled calls have neither run nor been canceled; 0 at the end of a test means nothing leaks. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time on by `ms` (at least 0) and runs what comes due. Promises do not settle in between: see {@link advanceAsync}. */
  advance(ms: number): void {
    const untilMs = this.#targetOf(ms);
    for (let timer = this.#takeDue(untilMs); timer; timer = this.#takeDue(untilMs)) timer.callback();
    this.#moveTo(untilMs);
  }

  /**
   * Moves time on by `ms` (at least 0) and runs what comes due; promise chains settle before the first timer, after each
   * one and at the end. Work that waits for real input or output (files, sockets, workers) may need longer than that.
   */
  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#targetOf(ms);
    await this.#runUntil(untilMs);
    this.#moveTo(untilMs);
    await nextTurn();
  }

  /**
   * Moves time on from timer to timer, as {@link advanceAsync} does, until none is left. What schedules itself for ever never
   * lets it end.
   */
  async runToEnd(): Promise<void> {
    await this.#runUntil(Infinity);
  }

  /** Sets the wall clock, forwards or backwards, as an administrator or NTP does; timers and the monotonic clock do not notice. */
  jumpTo(epochMs: number): void {
    this.#originAt = epochMs - this.#monotonicMs;
  }

  async #runUntil(untilMs: number): Promise<void> {
    await nextTurn();
    for (let timer = this.#takeDue(untilMs); timer; timer = this.#takeDue(untilMs)) {
      timer.callback();
      await nextTurn();
    }
  }

  #targetOf(ms: number): number {
    assert.ok(ms >= 0, 'time only moves forwards; use jumpTo() to set the wall clock back');
    return this.#monotonicMs + ms;
  }

  /** A callback may itself advance the clock: never past it again. */
  #moveTo(monotonicMs: number): void {
    this.#monotonicMs = Math.max(this.#monotonicMs, monotonicMs);
  }

  #takeDue(untilMs: number): Timer | undefined {
    const next = this.#timers.top;
    if (next === undefined || next.dueMs > untilMs) return undefined;
    this.#timers.remove(next);
    this.#moveTo(next.dueMs);
    return next;
  }
}
