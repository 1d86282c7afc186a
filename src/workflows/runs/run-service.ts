import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../agents/index.js';
import { newId, type Cancel, type Clock } from '../../common/index.js';
import {
  ShuttingDownError,
  WorkflowRunner,
  type ApprovalAnswer,
  type Durability,
  type Page,
  type Run,
  type RunEvent,
  type RunQuery,
  type RunStep,
  type StartOptions,
  type WorkflowDefinition,
  type WorkflowSource,
} from '../../orchestration/index.js';
import { findOutputProblem } from '../engine/output.js';
import type { WorkflowPlan } from '../plan/plan.types.js';
import { RunFinishedError, UnknownRunError } from '../workflows.errors.js';
import { eventsOf, placeBefore, readEventId } from './views/run-events.js';
import { mergeRunPages } from './views/run-list.js';
import type { NewRun, PlacedRecord, StoredRun } from './run-record.types.js';
import { planRetry } from './run-retry.js';
import { StepViews, toRun } from './views/run-view.js';
import {
  ApprovalNotOpenError,
  IdempotencyKeyReusedError,
  RunNotRetryableError,
  RunOptionError,
  UnknownApprovalError,
} from './run.errors.js';
import { resolveStartOptions } from './run.options.js';
import type { WorkflowPreparation } from './preparation/prepared-workflow.js';
import type { RunPlace } from './run-place.js';

/** Records that are read at a time. */
const PAGE_LENGTH = 1_000;

/** What the service works with. */
export interface RunServiceParts {
  readonly clock: Clock;
  readonly preparation: WorkflowPreparation;
  /** Where runs are that end with the process. */
  readonly memory: RunPlace;
  /** Where runs are that outlive it; absent without a database. */
  readonly durable?: RunPlace;
  /** Largest payload of a signal, in bytes of JSON. */
  readonly maxPayloadBytes: number;
}

/** Starts runs, tells of them, and brings them what comes from outside. */
export class RunService extends WorkflowRunner {
  #isClosing = false;
  /** Of two answers to one approval at once the second is refused. */
  readonly #answering = new Set<string>();

  constructor(private readonly parts: RunServiceParts) {
    super();
  }

  async start(source: WorkflowSource, input?: unknown, options?: StartOptions): Promise<Run> {
    const given = resolveStartOptions(options);
    const { preparation } = this.parts;
    const prepared = await preparation.prepare(source, input);
    const { plan, hash } = prepared;
    const durability = this.#durabilityOf(given.durability ?? plan.durability);
    const place = this.#placeFor(durability);
    await place.keep(prepared);
    // Asked after the last wait: nothing may come between this and the run.
    if (this.#isClosing) throw new ShuttingDownError();
    const createdAt = place.clock.now();
    const { idempotencyKey } = given;
    const requestHash =
      idempotencyKey === undefined ? undefined : hashOf(source, prepared.bundle.main, input, given.tenant);
    const { run, isNew } = await place.store.create({
      runId: newId(),
      workflow: plan.name,
      version: plan.version,
      bundleHash: hash,
      input: prepared.input,
      priority: given.priority ?? plan.priority,
      durability,
      tenant: given.tenant,
      stepCount: plan.steps.length,
      createdAt,
      deadlineAt: plan.timeoutMs === undefined ? undefined : createdAt + plan.timeoutMs,
      idempotencyKey,
      requestHash,
    });
    if (isNew) place.watch.begun(run.runId);
    else checkSameRequest(run, requestHash);
    return toRun(run);
  }

  async wait(runId: string, timeoutMs?: number, signal?: AbortSignal): Promise<Run> {
    const { memory, durable = memory } = this.parts;
    const isHere = memory.watch.isFresh(runId) || (await memory.store.get(runId)) !== undefined;
    const place = isHere ? memory : durable;
    // Listening before looking: a run may end at any moment.
    const wait = this.#beginWait(place, runId, { timeoutMs, signal });
    try {
      const isFresh = place.watch.isFresh(runId);
      const run = isFresh ? undefined : await place.store.get(runId);
      if (run === undefined && !isFresh) throw new UnknownRunError(runId);
      if (run?.finishedAt !== undefined) return toRun(run);
      const ended = await wait.over;
      return ended === undefined ? await this.get(runId) : toRun(ended);
    } finally {
      wait.cancel();
    }
  }

  async get(runId: string): Promise<Run> {
    return toRun((await this.#find(runId)).run);
  }

  async steps(runId: string): Promise<readonly RunStep[]> {
    const { place, run } = await this.#find(runId);
    const views = new StepViews(await this.#planOf(place, run));
    for await (const placed of this.#recordsOf(place, runId)) views.note(placed);
    for (const [key, startedAt] of place.host.find(runId)?.log.starting ?? []) views.begin(key, startedAt);
    if (run.finishedAt !== undefined) views.close();
    return views.all;
  }

  async definition(runId: string): Promise<unknown> {
    const { place, run } = await this.#find(runId);
    return (await place.store.bundle(run.bundleHash))?.main;
  }

  async nestedDefinitions(runId: string): Promise<Readonly<Record<string, WorkflowDefinition>>> {
    const { place, run } = await this.#find(runId);
    return (await place.store.bundle(run.bundleHash))?.nested ?? {};
  }

  async list(query: RunQuery): Promise<Page<Run>> {
    const { durable, memory } = this.parts;
    const stores = new Set([memory.store, (durable ?? memory).store]);
    const pages = await Promise.all(Array.from(stores, (store) => store.list(query)));
    const page = mergeRunPages(pages, query.limit);
    return { ...page, items: page.items.map(toRun) };
  }

  async cancel(runId: string, reason = 'canceled by request'): Promise<Run> {
    const { place, run } = await this.#find(runId);
    if (!(await place.store.requestCancel(runId, reason))) {
      throw new RunFinishedError(runId, (await place.store.get(runId))?.status ?? run.status);
    }
    return this.wait(runId);
  }

  async retry(runId: string): Promise<Run> {
    const { place, run } = await this.#find(runId);
    const isEnded = run.status === 'failed' || run.status === 'canceled';
    if (!isEnded) throw new RunNotRetryableError(runId, run.status);
    const records: PlacedRecord[] = [];
    for await (const placed of this.#recordsOf(place, runId)) records.push(placed);
    const now = place.clock.now();
    const { timeoutMs } = await this.#planOf(place, run);
    const deadlineAt = timeoutMs === undefined ? undefined : now + timeoutMs;
    if (await place.store.reopen(runId, planRetry(records, now), deadlineAt)) return this.get(runId);
    throw new RunNotRetryableError(runId, (await this.get(runId)).status);
  }

  async signal(runId: string, name: string, payload: unknown = null): Promise<void> {
    const { place, run } = await this.#find(runId);
    await this.#checkPayload(await this.#planOf(place, run), name, payload);
    await this.#send(place, runId, { kind: 'signal', name, payload });
  }

  async approve(runId: string, stepId: string, answer: ApprovalAnswer): Promise<void> {
    const { place, run } = await this.#find(runId);
    const name = `${runId}/${stepId}`;
    if (this.#answering.has(name)) throw new ApprovalNotOpenError(runId, stepId, 'answered');
    this.#answering.add(name);
    try {
      await this.#checkIsAsked(place, run, stepId);
      await this.#send(place, runId, { kind: 'approval', name: stepId, payload: answer });
    } finally {
      this.#answering.delete(name);
    }
  }

  async *events(runId: string, after?: string, signal?: AbortSignal): AsyncIterable<RunEvent> {
    const { place } = await this.#find(runId);
    let at = after === undefined ? undefined : readEventId(after);
    let from = at === undefined ? undefined : placeBefore(at);
    for (;;) {
      const follow = place.watch.next(runId, signal);
      const page = await place.store.records(runId, { after: from, limit: PAGE_LENGTH });
      for (const placed of page) {
        yield* eventsOf(runId, placed, at);
        from = { epoch: placed.epoch, seq: placed.seq };
        at = undefined;
      }
      if (page.length === PAGE_LENGTH) continue;
      const isOver = page.at(-1)?.record.type === 'run.finished' || (await this.#isOver(place, runId, from));
      if (isOver || signal?.aborted || this.#isClosing) return follow.cancel();
      await follow.changed;
    }
  }

  /** Begins to execute what is due. */
  async open(): Promise<void> {
    await Promise.all([this.parts.memory.host.open(), this.parts.durable?.host.open()]);
  }

  /** Has the runs look again that wait for somebody who provides one of these capabilities, on any node. */
  async wakeWaiting(capabilities: readonly string[]): Promise<void> {
    const keys = capabilities.map((capability) => `agent:${capability}`);
    for (const place of [this.parts.memory, this.parts.durable]) {
      place?.host.lookAgain();
      await place?.store.wakeWaiting(keys);
    }
  }

  halt(): void {
    this.#isClosing = true;
    this.parts.memory.host.halt();
    this.parts.durable?.host.halt();
  }

  async close(): Promise<void> {
    this.halt();
    await Promise.all([this.parts.memory.close(), this.parts.durable?.close()]);
  }

  /** Nothing more will come: the run has ended, and all of its records are read. */
  async #isOver({ store }: RunPlace, runId: string, after: Parameters<typeof store.records>[1]['after']) {
    if ((await store.finishedOf([runId])).length === 0) return false;
    return (await store.records(runId, { after, limit: 1 })).length === 0;
  }

  /** Is over when the run has ended, with what it has become where that is known; when the time is up; when nobody waits any more. */
  #beginWait(
    { watch }: RunPlace,
    runId: string,
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): { readonly over: Promise<StoredRun | undefined>; readonly cancel: Cancel } {
    const { promise, resolve } = Promise.withResolvers<StoredRun | undefined>();
    const stopListening = watch.onEnd(runId, resolve);
    const stop = (): void => resolve(undefined);
    const stopTimer = timeoutMs === undefined ? undefined : this.parts.clock.schedule(timeoutMs, stop);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    const cancel = (): void => {
      stopListening();
      stopTimer?.();
      signal?.removeEventListener('abort', stop);
    };
    return { over: promise, cancel };
  }

  async #find(runId: string): Promise<{ readonly place: RunPlace; readonly run: StoredRun }> {
    for (const place of [this.parts.memory, this.parts.durable]) {
      const run = await place?.store.get(runId);
      if (place !== undefined && run !== undefined) return { place, run };
    }
    throw new UnknownRunError(runId);
  }

  #planOf({ plans, store }: RunPlace, { runId, bundleHash }: NewRun): Promise<WorkflowPlan> {
    return plans.get(runId, bundleHash, store);
  }

  /** @throws APPROVAL_UNKNOWN, RUN_FINISHED, APPROVAL_NOT_OPEN */
  async #checkIsAsked(place: RunPlace, { runId, status, finishedAt }: StoredRun, stepId: string) {
    // Before the steps are looked at: an answer that the run takes meanwhile is seen in them.
    const { signals } = await place.store.news(runId);
    const approvals = (await this.steps(runId)).filter(({ kind }) => kind === 'approval');
    const step = approvals.find(({ key }) => key === stepId);
    if (step === undefined)
      throw new UnknownApprovalError(
        runId,
        stepId,
        approvals.map(({ key }) => key),
      );
    if (finishedAt !== undefined) throw new RunFinishedError(runId, status);
    if (step.status !== 'waiting') throw new ApprovalNotOpenError(runId, stepId, step.status);
    const answers = new Set(
      signals.flatMap(({ kind, name, id }) => (kind === 'approval' && name === stepId ? id : [])),
    );
    if (answers.size > 0 && (await this.#hasUnused(place, runId, answers))) {
      throw new ApprovalNotOpenError(runId, stepId, 'answered');
    }
  }

  /** Those that an earlier asking took, before the run was taken up again, do not answer this one. */
  async #hasUnused(place: RunPlace, runId: string, signalIds: Set<string>): Promise<boolean> {
    for await (const { record } of this.#recordsOf(place, runId)) {
      if (record.type === 'step.finished') signalIds.delete(record.result.signalId ?? '');
    }
    return signalIds.size > 0;
  }

  async *#recordsOf({ store }: RunPlace, runId: string): AsyncIterable<PlacedRecord> {
    let after: PlacedRecord | undefined;
    for (;;) {
      const page = await store.records(runId, { after, limit: PAGE_LENGTH });
      yield* page;
      after = page.at(-1);
      if (page.length < PAGE_LENGTH) return;
    }
  }

  async #send(
    place: RunPlace,
    runId: string,
    signal: Parameters<RunPlace['store']['signal']>[1],
  ): Promise<void> {
    if ((await place.store.signal(runId, signal)) !== undefined) return;
    throw new RunFinishedError(runId, (await this.get(runId)).status);
  }

  /** @throws INPUT_INVALID */
  async #checkPayload(plan: WorkflowPlan, name: string, payload: unknown): Promise<void> {
    const problem =
      findOutputProblem(payload, this.parts.maxPayloadBytes) ??
      (await this.#findTypeProblem(plan, name, payload));
    if (problem === undefined) return;
    throw new InvalidInputError(`the signal "${name.slice(0, 80)}"`, [{ path: '$', message: problem }]);
  }

  async #findTypeProblem(plan: WorkflowPlan, name: string, payload: unknown): Promise<string | undefined> {
    const signals = plan.steps.flatMap(({ action }) =>
      action.kind === 'signal' && action.name === name ? action : [],
    );
    const type = signals.find((signal) => signal.type !== undefined)?.type;
    return type === undefined ? undefined : this.parts.preparation.findTypeProblem(type, payload);
  }

  #durabilityOf(wanted: Durability | undefined): Durability {
    if (this.parts.durable !== undefined) return wanted ?? 'durable';
    if (wanted !== 'durable') return 'memory';
    throw new RunOptionError('durability is "durable"; it needs a database: set one, or use "memory"');
  }

  #placeFor(durability: Durability): RunPlace {
    const { memory, durable } = this.parts;
    if (durability === 'durable') return durable as RunPlace;
    return memory;
  }
}

/**
 * What is asked for, and on whose behalf: tenants cannot reach runs of others by guessing their keys. A workflow that is
 * asked for by its name counts by it: a version that came since does not make the same request another one.
 */
function hashOf(source: WorkflowSource, main: WorkflowDefinition, input: unknown, tenant?: string): string {
  return createHash('sha256')
    .update(JSON.stringify(typeof source === 'string' ? source : main))
    .update(JSON.stringify(input) ?? '')
    .update(tenant === undefined ? '' : JSON.stringify({ tenant }))
    .digest('hex');
}

/** @throws IDEMPOTENCY_KEY_REUSED */
function checkSameRequest(run: StoredRun, requestHash: string | undefined): void {
  if (run.requestHash === undefined || run.requestHash === requestHash) return;
  throw new IdempotencyKeyReusedError(run.idempotencyKey as string, run.runId);
}
