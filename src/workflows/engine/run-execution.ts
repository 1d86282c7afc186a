import {
  nextTurn,
  toFailure,
  type CancelSignal,
  type Failure,
  type RandomSource,
} from '../../common/index.js';
import type { RunWait } from '../../orchestration/index.js';
import { parseAgentReference } from '../../registry/index.js';
import type { WorkflowPlan } from '../plan/plan.types.js';
import type { ClaimedRun, Lease, RunOutcome, RunRecord, StoredSignal } from '../runs/run-record.types.js';
import type { Parking, RecordBatch, RunStore } from '../runs/run.store.js';
import { ChildSignal } from './child-signal.js';
import { RunCanceledError, RunTimeoutError, StepOutputError } from './engine.errors.js';
import type { EngineParts, Execution } from './execution.js';
import type { FrameEnd } from './steps/frame-run.js';
import { Frame } from './steps/frame.js';
import { Journal } from './journal.js';
import { sealOutput } from './output.js';
import { UNDO_SUFFIX } from './steps/recorder.js';
import { RunLog } from './run-log.js';
import { fillIn } from './actions/nested-action.js';
import { Steps } from './steps/steps.js';
import { Timers } from './waits/timers.js';
import { UndoList } from './steps/undo-list.js';
import { Waits } from './waits/waits.js';

/** What is to be done with a run when its execution here is over. */
export type ExecutionEnd =
  | { readonly kind: 'finished'; readonly outcome: RunOutcome; readonly last: RecordBatch }
  /** It waits, and has left memory. `missed`: keys under which it is to be woken, for somebody called while it left. */
  | { readonly kind: 'parked'; readonly missed: readonly string[] }
  /** It was told to stop here; another node may go on with it. */
  | { readonly kind: 'halted' }
  /** It is another node's by now. */
  | { readonly kind: 'lost' };

/** What one execution is made from. */
export interface ExecutionInit {
  readonly claimed: ClaimedRun;
  readonly plan: WorkflowPlan;
  readonly store: Pick<RunStore, 'append'>;
  readonly parts: EngineParts;
  /** Lets the run leave memory while it waits; `false` when something came for it in between. */
  readonly park: (parking: Parking) => Promise<boolean>;
  /** See {@link Execution.confirm}. Absent: there is never any doubt. */
  readonly confirm?: () => Promise<void> | undefined;
}

/** How a run ended, before that is recorded. */
type Outcome = Omit<RunOutcome, 'finishedAt' | 'costUsd'>;

/**
 * Executes one run from where its journal ends, until it has ended, has nothing to do but wait, or is told to stop.
 */
export class RunExecution implements Execution {
  readonly executor: EngineParts['executor'];
  readonly catalog: EngineParts['catalog'];
  readonly clock: EngineParts['clock'];
  readonly random: RandomSource;
  readonly logger: EngineParts['logger'];
  readonly limits: EngineParts['limits'];
  readonly elsewhere: EngineParts['elsewhere'];
  readonly lease: Lease;
  readonly run: Execution['run'];
  readonly tenant: string | undefined;
  readonly journal: Journal;
  readonly log: RunLog;
  readonly timers: Timers;
  readonly waits: Waits;
  readonly undoList = new UndoList();

  readonly #init: ExecutionInit;
  readonly #signal = new ChildSignal();
  readonly #steps: Steps;
  #busy = 0;
  #isHalted = false;
  /** Made when somebody asks for it, which is rare. */
  #halting: ChildSignal | undefined;
  #isWatchingQuiet = false;
  #isLeft = false;
  /** While the run is being parked. */
  #heldBack: (() => void)[] | undefined;
  /** An agent may have come while the run was being parked, too early for the store to wake it. */
  #isCalled = false;
  #leave: (end: ExecutionEnd) => void = () => {};

  constructor(init: ExecutionInit) {
    const { claimed, parts, store } = init;
    this.#init = init;
    ({
      executor: this.executor,
      catalog: this.catalog,
      clock: this.clock,
      random: this.random,
      logger: this.logger,
      limits: this.limits,
      elsewhere: this.elsewhere,
    } = parts);
    const { runId, epoch, workflow, tenant, createdAt } = claimed.run;
    this.tenant = tenant;
    this.lease = { runId, epoch };
    this.run = { id: runId, workflow, startedAt: new Date(claimed.run.startedAt ?? createdAt).toISOString() };
    this.journal = Journal.replay(claimed.records);
    this.log = new RunLog(this.lease, store, this.journal, (error) => this.#lose(error));
    this.timers = new Timers(this.clock);
    this.waits = new Waits(this.timers, this.journal, () => this.#watchQuiet());
    this.#steps = new Steps(this);
  }

  get runId(): string {
    return this.lease.runId;
  }

  get isHalted(): boolean {
    return this.#isHalted;
  }

  get halting(): CancelSignal {
    return (this.#halting ??= new ChildSignal());
  }

  get isUnwinding(): boolean {
    return this.journal.failing !== undefined;
  }

  /** Whether no agent works for the run now, and nothing of it is being written. */
  get isQuiet(): boolean {
    return this.#busy === 0;
  }

  /** Never rejects. */
  execute(): Promise<ExecutionEnd> {
    return new Promise((resolve) => {
      this.#leave = (end) => {
        this.#isHalted = true;
        this.timers.clear();
        resolve(end);
      };
      void this.#execute();
    });
  }

  confirm(): Promise<void> | undefined {
    const confirmed = this.#init.confirm?.();
    if (confirmed === undefined) return undefined;
    this.begin();
    return confirmed.finally(() => this.end());
  }

  begin(): void {
    this.#busy += 1;
  }

  end(): void {
    this.#busy -= 1;
    this.#watchQuiet();
  }

  /** Hands over what came for the run from outside. */
  deliver(signals: readonly StoredSignal[], cancelReason?: string): void {
    this.#whenAwake(() => {
      this.waits.deliver(signals);
      if (cancelReason !== undefined) this.#abort(new RunCanceledError(this.runId, cancelReason));
    });
  }

  /** An agent may have become available. */
  lookAgain(): void {
    this.#isCalled = true;
    this.#whenAwake(() => this.waits.lookAgain());
  }

  /** Begins nothing more; ends as `halted` when what is under way has ended. */
  halt(): void {
    this.#isHalted = true;
    this.#halting?.abort(undefined);
    this.#watchQuiet();
  }

  /** Ends at once: another node has the run. */
  lose(): void {
    this.#lose(undefined);
  }

  async #execute(): Promise<void> {
    const { run, signals } = this.#init.claimed;
    const isFirst = !this.journal.hasStarted;
    this.log.hold({ type: isFirst ? 'run.started' : 'run.resumed', at: this.clock.now() });
    if (run.deadlineAt !== undefined && !this.isUnwinding) {
      this.timers.at(run.deadlineAt, () => this.#abort(new RunTimeoutError(run.runId)));
    }
    this.deliver(signals, this.isUnwinding ? undefined : run.cancelReason);
    const { plan } = this.#init;
    const frame = new Frame(plan, '', fillIn(run.input, plan.inputDefaults), this.run);
    const end = await this.#steps.runFrame(frame, this.#signal);
    if (this.#isLeft) return;
    const outcome = this.#succeed(end) ?? (await this.#fail(end));
    if (!this.#isLeft) this.#finish(outcome);
  }

  /** What comes of a run that ends well; `undefined` where it does not. */
  #succeed(end: FrameEnd): Outcome | undefined {
    if (end.status !== 'succeeded' || this.isUnwinding) return undefined;
    const { value, type, isKept } = end.result;
    const isValid = isKept === true || this.#findOutputProblem(value) === undefined;
    return isValid ? { status: 'succeeded', output: value, outputType: type } : undefined;
  }

  #findOutputProblem(value: unknown): string | undefined {
    return sealOutput(value, this.limits.maxOutputBytes);
  }

  /** What comes of a run that does not end well; its steps are undone first. */
  #fail(end: FrameEnd): Promise<Outcome> {
    const decided = this.journal.failing ?? this.#reasonOf(end);
    return this.#unwind(decided.status, decided.failure);
  }

  #reasonOf(end: FrameEnd): { readonly status: 'failed' | 'canceled'; readonly failure: Failure } {
    if (end.status === 'succeeded') {
      const problem = this.#findOutputProblem(end.result.value) as string;
      return { status: 'failed', failure: toFailure(new StepOutputError(undefined, problem)) };
    }
    const { aborted, reason } = this.#signal;
    if (aborted) {
      const status = reason instanceof RunCanceledError ? 'canceled' : 'failed';
      return { status, failure: toFailure(reason) };
    }
    return { status: 'failed', failure: (end as Extract<FrameEnd, { status: 'failed' }>).failure };
  }

  async #unwind(status: 'failed' | 'canceled', failure: Failure) {
    const undos = this.undoList.inReverse((key) => this.journal.orderOf(key));
    if (undos.length === 0) return { status, failure };
    if (!this.isUnwinding) {
      await this.log.add({ type: 'run.failing', at: this.clock.now(), status, failure });
    }
    this.timers.clear();
    const notUndone: string[] = [];
    const signal = new ChildSignal();
    for (const undo of undos) {
      const end = await this.#steps.undo({ ...undo, key: undo.key + UNDO_SUFFIX, signal }, undo.action);
      if (end.status !== 'succeeded') notUndone.push(undo.key);
    }
    if (notUndone.length === 0) return { status, failure };
    return { status, failure: { ...failure, details: { ...failure.details, notUndone } } };
  }

  #finish(outcome: Outcome): void {
    const finishedAt = this.clock.now();
    const { status, failure } = outcome;
    const record: RunRecord = { type: 'run.finished', at: finishedAt, status, failure };
    const last = this.log.takeLast(record);
    const { costUsd } = this.journal;
    this.#leave({ kind: 'finished', outcome: { ...outcome, finishedAt, costUsd }, last });
  }

  #abort(reason: unknown): void {
    this.#signal.abort(reason);
  }

  #lose(_error: unknown): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#leave({ kind: 'lost' });
    // Told to stop, agents that listen need not work in vain.
    this.#abort(new RunCanceledError(this.runId, 'another node has taken the run over'));
  }

  /**
   * Looks, once everything that can go on by itself has done so, whether anything is left to do here.
   */
  #watchQuiet(): void {
    if (this.#busy > 0 || this.#isWatchingQuiet || this.#heldBack !== undefined) return;
    if (this.waits.count === 0 && !this.#isHalted) return;
    this.#isWatchingQuiet = true;
    void this.#watchNextTurn();
  }

  async #watchNextTurn(): Promise<void> {
    await nextTurn();
    this.#isWatchingQuiet = false;
    if (this.#busy === 0 && !this.#isLeft) this.#onQuiet();
  }

  #onQuiet(): void {
    if (this.#isHalted) {
      this.#isLeft = true;
      this.#leave({ kind: 'halted' });
    } else if (this.waits.count > 0 && this.#isWorthParking()) {
      void this.#park();
    }
  }

  #isWorthParking(): boolean {
    if (this.isUnwinding) return false;
    const { nextAt } = this.timers;
    return nextAt === undefined || nextAt - this.clock.now() > this.limits.parkAfterMs;
  }

  /** Nothing may move while it is written down what the run waits for: what comes meanwhile is held back. */
  async #park(): Promise<void> {
    this.#heldBack = [];
    this.#isCalled = false;
    this.timers.hold();
    const parking = this.#parking();
    let isParked = false;
    try {
      isParked = await this.#init.park(parking);
    } catch (error) {
      this.#lose(error);
    }
    if (this.#isLeft) return;
    if (isParked) {
      this.#isLeft = true;
      this.#leave({ kind: 'parked', missed: this.#isCalled ? parking.wakeKeys : [] });
      return;
    }
    this.log.restore(parking.records);
    const heldBack = this.#heldBack;
    this.#heldBack = undefined;
    this.timers.release();
    for (const act of heldBack) act();
    this.#watchQuiet();
  }

  #parking(): Parking {
    const waits = this.waits.all;
    return {
      ...this.log.takeLast({ type: 'run.waiting', at: this.clock.now(), waits }),
      waits,
      dueAt: this.timers.nextAt,
      wakeKeys: waits.filter(({ kind }) => kind === 'agent').map(wakeKeyOf),
      lastSignalId: this.waits.lastSignalId,
      costUsd: this.journal.costUsd,
    };
  }

  #whenAwake(act: () => void): void {
    if (this.#heldBack === undefined) act();
    else this.#heldBack.push(act);
  }
}

/** By the capability that is missing, or the name of the agent, of whichever version. */
function wakeKeyOf({ subject = '' }: RunWait): string {
  return `agent:${parseAgentReference(subject).name}`;
}
