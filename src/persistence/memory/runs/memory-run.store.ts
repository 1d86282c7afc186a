import type { Cancel, Clock } from '../../../common/index.js';
import type { Page, RunQuery } from '../../../orchestration/index.js';
import {
  RunLostError,
  RunsFullError,
  RunStore,
  type ClaimedRun,
  type Lease,
  type NewRun,
  type Parking,
  type PlacedRecord,
  type RecordBatch,
  type RecordPlace,
  type RunNudge,
  type RunOutcome,
  type RunRecord,
  type StoredRun,
  type StoredSignal,
  type WorkflowBundle,
} from '../../../workflows/index.js';
import { Nudges } from '../../runs/nudges.js';
import { BundleShelf } from './bundle-shelf.js';
import { EndedRuns } from './ended-runs.js';
import { HeldRun, NOTHING, toStored } from './held-run.js';
import { JobQueue } from './job-queue.js';
import { listRuns } from './list-runs.js';

export interface MemoryRunStoreOptions {
  /** Runs that have ended and are still remembered, the latest; default 1 000. */
  readonly maxFinishedRuns?: number;
  /** Records that those may have together, about one for each step; the run that ended last is remembered all the same. Default 20 000. */
  readonly maxFinishedRecords?: number;
  /** Runs that may be under way or wait at a time; each holds its outputs. Default 10 000. */
  readonly maxUnfinishedRuns?: number;
  /**
   * Milliseconds that a claim lasts without a touch. Default: no limit, for what is in memory dies with its only node. A
   * limit is for tests of several nodes.
   */
  readonly leaseMs?: number;
}

const NO_OUTCOME = {
  output: undefined,
  outputType: undefined,
  failure: undefined,
  finishedAt: undefined,
  cancelReason: undefined,
};

/**
 * Runs in the memory of the process. Payloads are kept as they are, not copied: neither side may change them.
 *
 * Runs under way are never forgotten; of those that have ended, only the latest are remembered.
 */
export class MemoryRunStore extends RunStore {
  readonly #runs = new Map<string, HeldRun>();
  readonly #idsByKey = new Map<string, string>();
  readonly #bundles = new BundleShelf();
  readonly #queue = new JobQueue();
  readonly #nudges = new Nudges();
  /** The waiting runs by what wakes them. */
  readonly #sleepers = new Map<string, Set<string>>();
  readonly #ended = new EndedRuns();
  #finishedRecords = 0;
  /** When the claim of each run ends, the earliest first; empty where claims have no limit. */
  readonly #leaseEnds = new Map<string, number>();
  readonly #maxFinishedRuns: number;
  readonly #maxFinishedRecords: number;
  readonly #maxUnfinishedRuns: number;
  readonly #leaseMs: number;
  #lastSignalId = 0;
  #isOpen = false;
  #cancelAlarm: Cancel | undefined;
  #alarmMs = Infinity;

  constructor(
    private readonly clock: Clock,
    {
      maxFinishedRuns = 1_000,
      maxFinishedRecords = 20_000,
      maxUnfinishedRuns = 10_000,
      leaseMs = Infinity,
    }: MemoryRunStoreOptions = {},
  ) {
    super();
    this.#maxFinishedRuns = maxFinishedRuns;
    this.#maxFinishedRecords = maxFinishedRecords;
    this.#maxUnfinishedRuns = maxUnfinishedRuns;
    this.#leaseMs = leaseMs;
  }

  async open(): Promise<void> {
    this.#isOpen = true;
    this.#setAlarm();
    this.#nudges.tell({ kind: 'work' });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#cancelAlarm?.();
    this.#alarmMs = Infinity;
  }

  onNudge(listener: (nudge: RunNudge) => void): Cancel {
    return this.#nudges.add(listener);
  }

  async saveBundle(hash: string, bundle: WorkflowBundle): Promise<void> {
    this.#bundles.save(hash, bundle);
  }

  async bundle(hash: string): Promise<WorkflowBundle | undefined> {
    return this.#bundles.get(hash);
  }

  async create(run: NewRun): Promise<{ readonly run: StoredRun; readonly isNew: boolean }> {
    const { idempotencyKey: key } = run;
    const earlier = key === undefined ? undefined : this.#idsByKey.get(key);
    if (earlier !== undefined) return { run: this.#runs.get(earlier)!.run, isNew: false };
    if (this.#runs.size - this.#ended.count >= this.#maxUnfinishedRuns) {
      throw new RunsFullError(this.#maxUnfinishedRuns);
    }
    const stored = toStored(run);
    const held = new HeldRun(stored);
    this.#runs.set(run.runId, held);
    if (key !== undefined) this.#idsByKey.set(key, run.runId);
    this.#bundles.use(run.bundleHash);
    this.#enqueue(held);
    return { run: stored, isNew: true };
  }

  async claim(limit: number): Promise<readonly ClaimedRun[]> {
    if (!this.#isOpen) return NOTHING;
    this.#endLeases();
    const claimed: ClaimedRun[] = [];
    while (claimed.length < limit) {
      const job = this.#queue.take(this.clock.monotonicMs());
      if (job === undefined) break;
      const held = this.#runs.get(job.runId);
      if (held?.job === job) claimed.push(this.#claim(held));
    }
    this.#setAlarm();
    return claimed;
  }

  append(lease: Lease, batch: RecordBatch): Promise<void> | undefined {
    const held = this.#findUnder(lease);
    if (held === undefined) return Promise.reject(new RunLostError(lease.runId, lease.epoch));
    held.write(batch);
    return undefined;
  }

  async park(lease: Lease, parking: Parking): Promise<boolean> {
    const held = this.#heldUnder(lease);
    const { cancelReason } = held.run;
    if (cancelReason !== undefined && parking.hasSeenCancel !== true) return false;
    if (held.signalsAfter(parking.lastSignalId).length > 0) return false;
    held.write(parking);
    held.run = { ...held.run, status: 'waiting', waits: parking.waits, costUsd: parking.costUsd };
    held.wakeKeys = parking.wakeKeys;
    for (const key of parking.wakeKeys) {
      const runIds = this.#sleepers.get(key);
      if (runIds === undefined) this.#sleepers.set(key, new Set([lease.runId]));
      else runIds.add(lease.runId);
    }
    this.#leaseEnds.delete(lease.runId);
    // The time left is measured from here on by the clock that never jumps.
    if (parking.dueAt !== undefined) this.#schedule(held, parking.dueAt - this.clock.now());
    return true;
  }

  async finish(lease: Lease, outcome: RunOutcome, last: RecordBatch): Promise<void> {
    const held = this.#heldUnder(lease);
    held.write(last);
    const { status, output, outputType, failure, finishedAt, costUsd } = outcome;
    held.run = { ...held.run, status, output, outputType, failure, finishedAt, costUsd };
    this.#leaseEnds.delete(lease.runId);
    this.#ended.add(held);
    this.#finishedRecords += held.recordCount;
    while (this.#remembersTooMuch) this.#forget(this.#ended.first!);
    this.#nudges.tell({ kind: 'finished', runId: lease.runId });
  }

  async release(leases: readonly Lease[]): Promise<void> {
    for (const lease of leases) {
      const held = this.#findUnder(lease);
      if (held !== undefined) this.#requeue(held);
    }
  }

  async touch(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const lost: Lease[] = [];
    for (const lease of leases) {
      if (this.#findUnder(lease) === undefined) lost.push(lease);
      else this.#beginLease(lease.runId);
    }
    return lost;
  }

  async news(
    runId: string,
    afterSignalId?: string,
  ): Promise<{ readonly signals: readonly StoredSignal[]; readonly cancelReason?: string }> {
    const held = this.#runs.get(runId);
    if (held === undefined) return { signals: NOTHING };
    return { signals: held.signalsAfter(afterSignalId), cancelReason: held.run.cancelReason };
  }

  async signal(
    runId: string,
    signal: Omit<StoredSignal, 'id' | 'receivedAt'>,
  ): Promise<StoredSignal | undefined> {
    const held = this.#unfinished(runId);
    if (held === undefined) return undefined;
    const stored = { ...signal, id: String(++this.#lastSignalId), receivedAt: this.clock.now() };
    held.signals.push(stored);
    this.#tellOrWake(held, 'signal');
    return stored;
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    const held = this.#unfinished(runId);
    if (held === undefined) return false;
    if (held.run.cancelReason !== undefined) return true;
    held.run = { ...held.run, cancelReason: reason };
    this.#tellOrWake(held, 'cancel');
    return true;
  }

  async reopen(runId: string, retried: RunRecord, deadlineAt?: number): Promise<boolean> {
    const held = this.#runs.get(runId);
    if (held === undefined || (held.run.status !== 'failed' && held.run.status !== 'canceled')) return false;
    this.#ended.remove(held);
    this.#finishedRecords -= held.recordCount;
    // An epoch of its own places the record behind all others.
    held.run = { ...held.run, ...NO_OUTCOME, deadlineAt, epoch: held.run.epoch + 1 };
    held.write({ firstSeq: 0, records: [retried] });
    this.#requeue(held);
    return true;
  }

  async wakeWaiting(wakeKeys: readonly string[]): Promise<void> {
    for (const key of wakeKeys) {
      for (const runId of this.#sleepers.get(key) ?? NOTHING) this.#wake(this.#runs.get(runId)!);
    }
  }

  async removeEnded(before: number, limit: number): Promise<number> {
    const old = this.#ended.all().filter(({ run }) => run.finishedAt! < before);
    for (const held of old.slice(0, limit)) this.#forget(held);
    return Math.min(old.length, limit);
  }

  async get(runId: string): Promise<StoredRun | undefined> {
    return this.#runs.get(runId)?.run;
  }

  /** As the port says, and of those only that are still remembered. */
  async finishedOf(runIds: readonly string[]): Promise<readonly string[]> {
    return runIds.filter((runId) => this.#runs.get(runId)?.endedAs !== undefined);
  }

  async records(
    runId: string,
    { after, limit }: { readonly after?: RecordPlace; readonly limit: number },
  ): Promise<readonly PlacedRecord[]> {
    return this.#runs.get(runId)?.recordsBehind(after, limit) ?? NOTHING;
  }

  async list(query: RunQuery): Promise<Page<StoredRun>> {
    return listRuns(
      Array.from(this.#runs.values(), ({ run }) => run),
      query,
    );
  }

  #claim(held: HeldRun): ClaimedRun {
    this.#endWait(held);
    const { run, signals } = held;
    const startedAt = run.startedAt ?? this.clock.now();
    held.run = { ...run, status: 'running', epoch: run.epoch + 1, startedAt, waits: NOTHING };
    held.job = undefined;
    this.#beginLease(run.runId);
    return { run: held.run, records: held.recordsBehind(undefined, Infinity), signals: signals.slice() };
  }

  /** The run, while this claim of it holds. */
  #findUnder({ runId, epoch }: Lease): HeldRun | undefined {
    const held = this.#runs.get(runId);
    return held?.run.epoch === epoch && held.run.status === 'running' ? held : undefined;
  }

  #heldUnder(lease: Lease): HeldRun {
    const held = this.#findUnder(lease);
    if (held === undefined) throw new RunLostError(lease.runId, lease.epoch);
    return held;
  }

  #unfinished(runId: string): HeldRun | undefined {
    const held = this.#runs.get(runId);
    return held?.endedAs === undefined ? held : undefined;
  }

  #tellOrWake(held: HeldRun, kind: 'signal' | 'cancel'): void {
    if (held.run.status === 'waiting') this.#wake(held);
    else if (held.run.status === 'running') this.#nudges.tell({ kind, runId: held.run.runId });
  }

  #wake(held: HeldRun): void {
    if (held.job !== undefined) this.#queue.remove(held.job);
    this.#endWait(held);
    this.#requeue(held);
  }

  #endWait(held: HeldRun): void {
    for (const key of held.wakeKeys) {
      const runIds = this.#sleepers.get(key);
      runIds?.delete(held.run.runId);
      if (runIds?.size === 0) this.#sleepers.delete(key);
    }
    held.wakeKeys = NOTHING;
  }

  #requeue(held: HeldRun): void {
    held.run = { ...held.run, status: 'queued', waits: NOTHING };
    this.#leaseEnds.delete(held.run.runId);
    this.#enqueue(held);
  }

  #enqueue(held: HeldRun): void {
    this.#schedule(held, 0);
    this.#nudges.tell({ kind: 'work' });
  }

  #schedule(held: HeldRun, delayMs: number): void {
    const nowMs = this.clock.monotonicMs();
    const { runId, priority } = held.run;
    held.job = { runId, priority, dueMs: nowMs + delayMs };
    this.#queue.add(held.job, nowMs);
    if (delayMs > 0) this.#setAlarm();
    else if (held.run.status === 'waiting') this.#nudges.tell({ kind: 'work' });
  }

  /** Sees to it that somebody looks for work when the next delayed run is due. */
  #setAlarm(): void {
    const dueMs = this.#queue.nextDueMs ?? Infinity;
    if (!this.#isOpen || dueMs === this.#alarmMs) return;
    this.#cancelAlarm?.();
    this.#alarmMs = dueMs;
    if (dueMs === Infinity) return;
    this.#cancelAlarm = this.clock.schedule(dueMs - this.clock.monotonicMs(), () => {
      this.#alarmMs = Infinity;
      this.#nudges.tell({ kind: 'work' });
    });
  }

  #beginLease(runId: string): void {
    if (this.#leaseMs === Infinity) return;
    this.#leaseEnds.delete(runId);
    this.#leaseEnds.set(runId, this.clock.monotonicMs() + this.#leaseMs);
  }

  #endLeases(): void {
    for (const [runId, endsMs] of this.#leaseEnds) {
      if (endsMs > this.clock.monotonicMs()) return;
      this.#requeue(this.#runs.get(runId)!);
    }
  }

  get #remembersTooMuch(): boolean {
    const { count } = this.#ended;
    return count > this.#maxFinishedRuns || (count > 1 && this.#finishedRecords > this.#maxFinishedRecords);
  }

  #forget(held: HeldRun): void {
    const { run, recordCount } = held;
    const { runId, idempotencyKey, bundleHash } = run;
    this.#ended.remove(held);
    this.#finishedRecords -= recordCount;
    this.#runs.delete(runId);
    if (idempotencyKey !== undefined) this.#idsByKey.delete(idempotencyKey);
    this.#bundles.disuse(bundleHash);
  }
}
