import { messageOf } from '../../../common/index.js';
import { NoAgentAvailableError } from '../../../orchestration/index.js';
import { DEFAULT_STRATEGY } from '../../../selection/index.js';
import { ownSupply, type Demand } from '../../../registry/index.js';
import type { PlannedTask } from '../../plan/plan.types.js';
import type { RemoteTask } from '../../remote/remote-task.queue.js';
import { ActionFailedError } from './action-failed.error.js';
import type { ActionResult } from './action-result.js';
import { StepCanceledError } from '../engine.errors.js';
import type { Elsewhere, Execution } from '../execution.js';
import type { Unit } from '../steps/step-unit.js';

/** How a task is sent to another node. */
export type RemoteOptions = Pick<
  RemoteTask,
  'input' | 'inputType' | 'flowingType' | 'timeoutMs' | 'idempotencyKey'
>;

/** Sendings of one step in one go that are looked for when it is withdrawn by a claim that has not sent it: tries are 20 at most. */
const MOST_SENDINGS = 40;

/**
 * Has a step done by an agent of another node. The run waits as for a signal, so that it can leave memory meanwhile.
 *
 * Each try is sent under a name of its own, which a later claim of the run comes to by itself: what was sent before is not
 * sent again, and its result is taken for no other try's.
 */
export class RemoteAction {
  /** How often each step was sent by this execution; the results of earlier claims count, as they are gone through again. */
  readonly #sendings = new Map<string, number>();

  constructor(private readonly execution: Execution) {}

  /** Whether others are to do the task: it is theirs already, or nobody here could take it and somebody elsewhere could. */
  isElsewhere(key: string, task: PlannedTask): boolean {
    const { elsewhere, catalog } = this.execution;
    if (elsewhere === undefined) return false;
    if (this.#isSent(key)) return true;
    const others = elsewhere.neighbors.supply(task);
    if (others === undefined) return false;
    const own = ownSupply(catalog, task);
    return own === undefined || (own === 'unavailable' && others === 'available');
  }

  /** @throws what the task failed with; NO_AGENT_AVAILABLE where nobody who could do it is available now */
  async do(unit: Unit, task: PlannedTask, options: RemoteOptions): Promise<ActionResult> {
    const elsewhere = this.execution.elsewhere as Elsewhere;
    const { key } = unit;
    if (!this.#isSent(key) && elsewhere.neighbors.supply(task) !== 'available') {
      return refuse(task, elsewhere);
    }
    const { waits } = this.execution;
    const name = this.#nextName(key);
    const wait = await this.#openWait(unit, task);
    if (!waits.holds('result', name)) {
      await this.#busy(() => elsewhere.queue.send(this.#taskOf(unit, task, name, options)));
    }
    const end = await waits.open(wait, unit.signal, name);
    if (end.kind !== 'signal') {
      await this.#withdraw(task, [name]);
      throw new StepCanceledError(key, 'its run is about to end, or its time is over');
    }
    const result = end.signal.payload as ActionResult;
    const { failure, ...record } = result;
    if (result.status !== 'failed' || failure === undefined) return { ...result, signalId: end.signal.id };
    throw ActionFailedError.of(failure, record);
  }

  /** The step is not wanted any more: whoever does it since an earlier claim need not go on. */
  async forget(key: string, task: PlannedTask): Promise<void> {
    if (this.execution.elsewhere === undefined || !this.#isSent(key)) return;
    const numbers = Array.from({ length: MOST_SENDINGS }, (_, index) => index + 1);
    await this.#withdraw(
      task,
      numbers.map((number) => this.#nameOf(key, number)),
    );
  }

  #isSent(key: string): boolean {
    return this.execution.journal.wait(key)?.kind === 'task';
  }

  #nextName(key: string): string {
    const number = (this.#sendings.get(key) ?? 0) + 1;
    this.#sendings.set(key, number);
    return this.#nameOf(key, number);
  }

  #nameOf(key: string, number: number): string {
    const { journal } = this.execution;
    const repeats = journal.repeatsOf(key);
    return `${key}@${journal.round}.${repeats === 0 ? '' : `${repeats}.`}${number}`;
  }

  /** Recorded before the task is sent: a claim that finds it knows that it may have been. */
  async #openWait({ key, step, deadlineAt }: Unit, { capability, agent }: PlannedTask) {
    const { journal, clock, log } = this.execution;
    const known = journal.wait(key);
    if (known?.kind === 'task') return known;
    const openedAt = clock.now();
    const subject = capability ?? agent;
    const wait = { key, stepId: step.id, kind: 'task' as const, subject, openedAt, dueAt: deadlineAt };
    await this.#busy(() => log.add({ type: 'step.waiting', at: openedAt, key, wait }));
    return wait;
  }

  #taskOf({ key, frame }: Unit, task: PlannedTask, name: string, options: RemoteOptions): RemoteTask {
    const { strategy, priority, criticality, preferredRegions, whenUnavailable } = task;
    const hints = { strategy, priority, criticality, preferredRegions };
    const { runId, run, tenant } = this.execution;
    const { workflow } = run;
    const outputs = frame.context.outputs();
    const demand = demandOf(task);
    return { runId, workflow, tenant, key, name, demand, ...hints, whenUnavailable, outputs, ...options };
  }

  /** Not from a claim that is over: the next one waits for the very same task. */
  async #withdraw(task: PlannedTask, names: readonly string[]): Promise<void> {
    const { elsewhere, isHalted, runId, logger } = this.execution;
    if (isHalted) return;
    try {
      await this.#busy(() => elsewhere!.queue.withdraw(runId, demandOf(task), names));
    } catch (error) {
      logger.warn('a task of another node could not be withdrawn', { runId, error: messageOf(error) });
    }
  }

  /** Keeps the run in memory meanwhile. */
  async #busy(act: () => Promise<void> | undefined): Promise<void> {
    this.execution.begin();
    try {
      await act();
    } finally {
      this.execution.end();
    }
  }
}

function demandOf({ capability, agent, region, residency, tags }: PlannedTask): Demand {
  return { capability, agent, region, residency, tags };
}

/** Those who could do it are all out of service. */
function refuse(task: PlannedTask, { neighbors }: Elsewhere): ActionResult {
  const excluded = neighbors.find(task).map(({ name: agent, version }) => {
    return { agent, version, code: 'status' as const, reason: 'is not available on another node' };
  });
  const { capability, agent, strategy = DEFAULT_STRATEGY, whenUnavailable } = task;
  const choice = { strategy, reason: 'nobody is available', candidates: [], excluded };
  const error = new NoAgentAvailableError(capability ?? String(agent), choice);
  if (whenUnavailable !== 'skip') throw error;
  const { code, kind, message, retryable, details } = error;
  return { status: 'skipped', failure: { code, kind, message, retryable, details }, capability, choice };
}
