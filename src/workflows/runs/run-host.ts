import { messageOf, toFailure, type Cancel, type Failure } from '../../common/index.js';
import { ShuttingDownError } from '../../orchestration/index.js';
import type { EngineParts } from '../engine/execution.js';
import { RunExecution, type ExecutionEnd, type ExecutionInit } from '../engine/run-execution.js';
import type { PlanCache } from './preparation/plan-cache.js';
import type { ClaimedRun, Lease, RunNudge } from './run-record.types.js';
import type { RunStore } from './run.store.js';
import type { RunWatch } from './run-watch.js';

/** How a host works. */
export interface RunHostSettings {
  /** Runs executed here at a time, those in waits too short to leave memory included. */
  readonly maxActiveRuns: number;
  /** Milliseconds between two signs of life to the store. */
  readonly touchEveryMs: number;
  /** Whether another process can go on with a run; one that cannot be handed on fails when this one ends. */
  readonly isDurable: boolean;
}

export interface RunHostParts {
  readonly store: RunStore;
  readonly engine: EngineParts;
  readonly plans: PlanCache;
  readonly watch: RunWatch;
  readonly settings: RunHostSettings;
}

/** Steps that take longer than this many milliseconds are told of before they end. */
const TELL_STARTED_AFTER_MS = 50;

/** Greater than that of any record an execution writes. */
const LAST_SEQ = 1_000_000_000;

/** Milliseconds before a claim that failed is tried again, and a touch that somebody waits for. */
const TRY_AGAIN_MS = 1_000;

/** Claims outlive three touches. One that was not kept alive for the time of two may be over before a step begins. */
const TOUCHES_BEFORE_DOUBT = 2;

/** A run under way here. */
interface ActiveRun {
  readonly execution: RunExecution;
  /** Until when its claim is known to have been alive, on the monotonic clock: when it was asked for, or kept alive, last. */
  aliveMs: number;
}

/** Executes the runs of one store in this process: takes what is due, as many as there is room for, and keeps them alive. */
export class RunHost {
  readonly #active = new Map<string, ActiveRun>();
  readonly #journals: ExecutionInit['store'];
  #ticking: readonly Cancel[] = [];
  #cancelClaim: Cancel = () => {};
  #isOpen = false;
  #isClaiming = false;
  #wantsClaim = false;
  /** There was no room for all that is due: a run that ends makes some. Otherwise the store says when there is more. */
  #mayBeMore = false;
  /** Runs that something came for while they were being claimed. */
  readonly #early = new Set<string>();
  #beginning = 0;
  #confirming: Promise<ReadonlySet<RunExecution> | undefined> | undefined;
  #stopListening: Cancel | undefined;
  readonly #onEmpty: (() => void)[] = [];

  constructor(private readonly parts: RunHostParts) {
    this.#journals = parts.watch.over(parts.store);
  }

  /** Runs under way here. */
  get activeCount(): number {
    return this.#active.size;
  }

  find(runId: string): RunExecution | undefined {
    return this.#active.get(runId)?.execution;
  }

  async open(): Promise<void> {
    this.#isOpen = true;
    const { store } = this.parts;
    this.#stopListening = store.onNudge((nudge) => this.#hear(nudge));
    await store.open();
    void this.#claim();
  }

  /** Takes no further runs and begins no further steps. */
  halt(): void {
    this.#isOpen = false;
    for (const { execution } of this.#active.values()) execution.halt();
  }

  /** Waits until no run is executed here any more, after {@link halt}. */
  async drained(): Promise<void> {
    if (this.#active.size === 0) return;
    await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
  }

  async close(): Promise<void> {
    this.#stopListening?.();
    this.#cancelClaim();
    this.#stopTicking();
    await this.parts.store.close();
  }

  /** An agent may have become available: runs that wait for one look again. */
  lookAgain(): void {
    for (const { execution } of this.#active.values()) execution.lookAgain();
  }

  #hear(nudge: RunNudge): void {
    if (nudge.kind === 'work') void this.#claim();
    else if (nudge.kind === 'finished') this.#hearEnd(nudge.runId);
    else void this.#refresh(nudge.runId);
  }

  /** Of a run that ends here, those who wait are told with what it has become. */
  #hearEnd(runId: string): void {
    if (!this.#active.has(runId)) this.parts.watch.ended(runId);
  }

  /** Brings a run what came for it. */
  async #refresh(runId: string): Promise<void> {
    const execution = this.find(runId);
    if (execution === undefined) {
      if (this.#isClaiming || this.#beginning > 0) this.#early.add(runId);
      return;
    }
    try {
      const { signals, cancelReason } = await this.parts.store.news(runId, execution.waits.lastSignalId);
      execution.deliver(signals, cancelReason);
    } catch (error) {
      this.#warn('news of a run could not be read', runId, error);
    }
  }

  async #claim(): Promise<void> {
    this.#wantsClaim = true;
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    try {
      while (this.#wantsClaim && this.#isOpen) {
        // Of runs that are recorded together, each tells of itself: one claim is for all of them.
        await Promise.resolve();
        this.#wantsClaim = false;
        const free = this.parts.settings.maxActiveRuns - this.#active.size;
        this.#mayBeMore = free <= 0;
        if (free <= 0) break;
        const askedMs = this.parts.engine.clock.monotonicMs();
        const claimed = await this.parts.store.claim(free);
        for (const run of claimed) this.#begin(run, askedMs);
        this.#wantsClaim ||= claimed.length === free;
      }
    } catch (error) {
      this.#warn('runs could not be claimed', undefined, error);
      this.#cancelClaim = this.parts.engine.clock.schedule(TRY_AGAIN_MS, () => void this.#claim());
    } finally {
      this.#isClaiming = false;
      if (this.#beginning === 0) this.#early.clear();
    }
  }

  /** @param askedMs when the store was asked for the claim, monotonic */
  #begin(claimed: ClaimedRun, askedMs: number): void {
    const { run } = claimed;
    const plan = this.parts.plans.find(run.bundleHash);
    if (plan === undefined) void this.#compileAndBegin(claimed, askedMs);
    else void this.#execute(claimed, plan, askedMs);
  }

  async #compileAndBegin(claimed: ClaimedRun, askedMs: number): Promise<void> {
    const { runId, epoch, bundleHash } = claimed.run;
    this.#beginning += 1;
    try {
      const plan = await this.parts.plans.get(runId, bundleHash, this.parts.store);
      void this.#execute(claimed, plan, askedMs);
    } catch (error) {
      await this.#failUnreadable({ runId, epoch }, error);
    } finally {
      this.#beginning -= 1;
    }
  }

  /** A run whose definition cannot be read would be claimed again and again. */
  async #failUnreadable(lease: Lease, error: unknown): Promise<void> {
    this.#warn('a run cannot go on', lease.runId, error);
    const failure = toFailure(error);
    if (failure.kind === 'unavailable') return;
    try {
      await this.#fail(lease, failure);
      this.parts.watch.ended(lease.runId);
    } catch (lost) {
      this.#warn('the end of a run could not be recorded', lease.runId, lost);
    }
  }

  async #execute(claimed: ClaimedRun, plan: ExecutionInit['plan'], askedMs: number): Promise<void> {
    const { engine, settings, watch } = this.parts;
    const { runId } = claimed.run;
    const execution: RunExecution = new RunExecution({
      claimed,
      plan,
      store: this.#journals,
      parts: engine,
      park: (parking) => this.#park(execution, parking),
      confirm: settings.isDurable ? () => this.#confirm(active) : undefined,
    });
    const active: ActiveRun = { execution, aliveMs: askedMs };
    this.#active.set(runId, active);
    this.#startTicking();
    if (!this.#isOpen) execution.halt();
    const executing = execution.execute();
    if (this.#early.delete(runId)) void this.#refresh(runId);
    const end = await executing;
    const isRecorded = await this.#leave(execution.lease, end);
    // A run that was lost may have been claimed here again meanwhile.
    if (this.find(runId) === execution) this.#active.delete(runId);
    if (end.kind === 'finished' && isRecorded) watch.ended(runId, { ...claimed.run, ...end.outcome });
    if (this.#active.size === 0 && this.#onEmpty.length > 0) {
      for (const resolve of this.#onEmpty.splice(0)) resolve();
    }
    if (this.#mayBeMore) void this.#claim();
  }

  /** `false` brings the run what it has not seen, before it goes on. */
  async #park({ lease }: RunExecution, parking: Parameters<RunStore['park']>[1]): Promise<boolean> {
    const isParked = await this.parts.store.park(lease, parking);
    if (isParked) this.parts.watch.changed(lease.runId);
    else await this.#refresh(lease.runId);
    return isParked;
  }

  /** Tells whether it is recorded: otherwise whoever claims the run next goes on from its journal. */
  async #leave(lease: Lease, end: ExecutionEnd): Promise<boolean> {
    const { store, watch } = this.parts;
    try {
      if (end.kind === 'finished') await store.finish(lease, end.outcome, end.last);
      if (end.kind === 'halted') await this.#handBack(lease);
      if (end.kind === 'parked' && end.missed.length > 0) await store.wakeWaiting(end.missed);
      watch.changed(lease.runId);
      return true;
    } catch (error) {
      this.#warn('the end of a claim could not be recorded', lease.runId, error);
      return false;
    }
  }

  /** A run that is in memory only has nobody to go on with it. */
  async #handBack(lease: Lease): Promise<void> {
    const { store, settings, watch } = this.parts;
    if (settings.isDurable) return store.release([lease]);
    await this.#fail(lease, toFailure(new ShuttingDownError()));
    watch.ended(lease.runId);
  }

  async #fail(lease: Lease, failure: Failure): Promise<void> {
    const at = this.parts.engine.clock.now();
    const outcome = { status: 'failed', failure, finishedAt: at, costUsd: 0 } as const;
    const record = { type: 'run.finished', at, status: 'failed', failure } as const;
    // Behind whatever was written under this claim.
    await this.parts.store.finish(lease, outcome, { firstSeq: LAST_SEQ, records: [record] });
  }

  #tellStarted(): void {
    if (this.#active.size === 0) return this.#stopTicking();
    const before = this.parts.engine.clock.now() - TELL_STARTED_AFTER_MS;
    for (const { execution } of this.#active.values()) execution.log.flushStarted(before);
  }

  /**
   * A node that stood still, or does not reach its store, may have lost its runs without knowing. Nothing can keep what it
   * begins from being done twice then, so it asks before.
   */
  #confirm({ execution, aliveMs }: ActiveRun): Promise<void> | undefined {
    const { engine, settings } = this.parts;
    const silentMs = engine.clock.monotonicMs() - aliveMs;
    return silentMs < TOUCHES_BEFORE_DOUBT * settings.touchEveryMs
      ? undefined
      : this.#touchUntilKnown(execution);
  }

  /** What others have asked for already may be about other runs: this one may have been begun since. */
  async #touchUntilKnown(execution: RunExecution): Promise<void> {
    while (this.#isOpen && !execution.isHalted) {
      this.#confirming ??= this.#touch().finally(() => (this.#confirming = undefined));
      const known = await this.#confirming;
      if (known?.has(execution)) return;
      if (known === undefined) await this.parts.engine.clock.delay(TRY_AGAIN_MS);
    }
  }

  /** Keeps the claims of this node alive; gives those that it asked about, `undefined` when the store does not answer. */
  async #touch(): Promise<ReadonlySet<RunExecution> | undefined> {
    const askedMs = this.parts.engine.clock.monotonicMs();
    const asked = [...this.#active.values()];
    try {
      for (const lost of await this.parts.store.touch(asked.map(({ execution }) => execution.lease))) {
        this.#lose(lost);
      }
      for (const active of asked) active.aliveMs = askedMs;
      return new Set(asked.map(({ execution }) => execution));
    } catch (error) {
      this.#warn('claims could not be kept alive', undefined, error);
      return undefined;
    }
  }

  #lose({ runId, epoch }: Lease): void {
    const execution = this.find(runId);
    // It may have been claimed here again meanwhile.
    if (execution?.lease.epoch === epoch) execution.lose();
  }

  /** Timers run only while there are runs to look after. */
  #startTicking(): void {
    if (this.#ticking.length > 0) return;
    const { settings } = this.parts;
    const ticking = [this.#every(TELL_STARTED_AFTER_MS, () => this.#tellStarted())];
    if (settings.isDurable) ticking.push(this.#every(settings.touchEveryMs, () => void this.#touch()));
    this.#ticking = ticking;
  }

  #stopTicking(): void {
    for (const cancel of this.#ticking) cancel();
    this.#ticking = [];
  }

  #every(periodMs: number, act: () => void): Cancel {
    const { clock } = this.parts.engine;
    const tick = (): void => {
      cancel = clock.schedule(periodMs, tick);
      act();
    };
    let cancel = clock.schedule(periodMs, tick);
    return () => cancel();
  }

  #warn(message: string, runId: string | undefined, error: unknown): void {
    this.parts.engine.logger.warn(message, { runId, error: messageOf(error) });
  }
}
