import { RunContext } from '../../agents/index.js';
import { toFailure } from '../../common/index.js';
import { TaskFailedError, type TaskExecutor, type TaskOptions } from '../../orchestration/index.js';
import { parseAgentReference, type Catalog } from '../../registry/index.js';
import { AcceptedTypes } from '../engine/actions/accepted-types.js';
import type { ActionResult } from '../engine/actions/action-result.js';
import { StepOutputError } from '../engine/engine.errors.js';
import { sealOutput } from '../engine/output.js';
import type { RemoteTask } from './remote-task.queue.js';

/** What it takes to do a task of another node. */
export interface TaskDoerParts {
  readonly executor: Pick<TaskExecutor, 'execute' | 'isClosing'>;
  readonly catalog: Catalog;
  /** Largest output, in bytes of JSON. */
  readonly maxOutputBytes: number;
}

/** Has a task of another node's run done by an agent here. Never rejects: a failure is a result too. */
export async function doTask(
  task: RemoteTask,
  signal: AbortSignal,
  { executor, catalog, maxOutputBytes }: TaskDoerParts,
): Promise<ActionResult> {
  const { runId, key, workflow, demand, input, idempotencyKey } = task;
  let capability = demand.capability;
  try {
    capability ??= onlyCapabilityOf(demand.agent as string, catalog);
    const options = { ...optionsOf(task, capability, catalog), signal };
    const step = { runId, stepId: key, workflow, idempotencyKey, context: contextOf(task) };
    const done = await executor.execute(capability, input, options, step);
    const { taskId, choice, attempts, costUsd } = done;
    if (done.status === 'skipped') {
      return { status: 'skipped', failure: done.error, capability, taskId, choice };
    }
    const { output, outputType, agent, version } = done;
    const problem = sealOutput(output, maxOutputBytes);
    if (problem !== undefined) throw new StepOutputError(key, problem);
    const record = { capability, taskId, agent, version, choice, attempts, costUsd };
    return { status: 'succeeded', output, outputType, ...record };
  } catch (error) {
    return toFailed(capability, error);
  }
}

function optionsOf(task: RemoteTask, capability: string, catalog: Catalog): TaskOptions {
  const { demand, strategy, tenant, whenUnavailable, inputType, flowingType } = task;
  const isTaken = flowingType !== undefined && new AcceptedTypes(catalog).has(capability, flowingType);
  return {
    agent: demand.agent,
    region: demand.region,
    residency: demand.residency,
    priority: task.priority,
    criticality: task.criticality,
    preferredRegions: task.preferredRegions,
    tags: demand.tags,
    strategy,
    tenant,
    // It waits in the queue, without a place in memory.
    whenUnavailable: whenUnavailable === 'queue' ? undefined : whenUnavailable,
    inputType: inputType ?? (isTaken ? flowingType : undefined),
    timeoutMs: task.timeoutMs,
  };
}

function contextOf({ outputs }: RemoteTask): RunContext {
  return outputs.reduce(
    (context, { stepId, ...output }) => context.withOutput(stepId, output),
    RunContext.EMPTY,
  );
}

/** @throws AGENT_UNKNOWN when it is gone */
function onlyCapabilityOf(agent: string, catalog: Catalog): string {
  const { name, range } = parseAgentReference(agent);
  const [capability] = catalog.get(name, range).capabilities.keys();
  return capability as string;
}

function toFailed(capability: string | undefined, error: unknown): ActionResult {
  const failed = error instanceof TaskFailedError ? error.result : undefined;
  const { taskId, agent, version, choice, attempts, costUsd } = failed ?? {};
  const record = { capability, taskId, agent, version, choice, attempts, costUsd };
  return { status: 'failed', failure: toFailure(error), ...record };
}
