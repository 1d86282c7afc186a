import type { Begun, Entry } from './ledger.js';

/** One execution of a step by an agent. */
export interface Execution extends Begun {
  readonly node: string;
  readonly at: number;
  /** Under which its node held the run, as far as it knew. */
  readonly epoch: number;
  /** Another node had taken the run over when it began: its own had stood still, and did not ask. */
  readonly isStray: boolean;
  /** An earlier claim of the run had begun it too, and was cut or lost before its result was kept. */
  readonly isRepeated: boolean;
  /** The agent came to its end. */
  readonly isDone: boolean;
  /** Its node was killed while the agent worked. */
  readonly isCut: boolean;
}

/** What the ledger tells, put in relation. */
export interface Story {
  /** By run, in their order. */
  readonly executions: ReadonlyMap<string, readonly Execution[]>;
  readonly kills: number;
  /** Kills in the middle of some step of a run. */
  readonly killsMidRun: number;
  /** The longest time from a kill to the moment when another node, or another life of it, took up a run that was cut; milliseconds. */
  readonly slowestFailoverMs: number;
  /** Runs that were cut and that nobody took up again. */
  readonly abandoned: readonly string[];
}

export function tellStory(entries: readonly Entry[]): Story {
  const done = new Set(entries.flatMap((entry) => (entry.kind === 'done' ? nameOf(entry) : [])));
  const killedAt = new Map(
    entries.flatMap(({ kind, node, at }) => (kind === 'killed' ? [[node, at] as const] : [])),
  );
  const executions = new Map<string, Execution[]>();
  const epochs = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === 'claimed') {
      epochs.set(`${entry.node} ${entry.runId}`, entry.epoch);
      epochs.set(entry.runId, Math.max(epochs.get(entry.runId) ?? 0, entry.epoch));
    } else if (entry.kind === 'begun') {
      const epoch = epochs.get(`${entry.node} ${entry.runId}`) ?? 0;
      const isDone = done.has(nameOf(entry));
      const earlier = executions.get(entry.runId) ?? [];
      const execution: Execution = {
        ...entry,
        epoch,
        isDone,
        isRepeated: earlier.some((other) => other.key === entry.key && other.epoch < epoch),
        isStray: epoch < (epochs.get(entry.runId) ?? 0),
        isCut: !isDone && killedAt.has(entry.node),
      };
      executions.set(entry.runId, [...earlier, execution]);
    }
  }
  const cut = [...executions.values()].flat().filter(({ isCut }) => isCut);
  return {
    executions,
    kills: killedAt.size,
    killsMidRun: new Set(cut.map(({ node }) => node)).size,
    ...findFailovers(entries, cut, killedAt),
  };
}

function findFailovers(
  entries: readonly Entry[],
  cut: readonly Execution[],
  killedAt: ReadonlyMap<string, number>,
): Pick<Story, 'slowestFailoverMs' | 'abandoned'> {
  const claims = Map.groupBy(
    entries.filter((entry) => entry.kind === 'claimed'),
    ({ runId }) => runId,
  );
  let slowestFailoverMs = 0;
  const abandoned = new Set<string>();
  for (const { runId, node, epoch } of cut) {
    const next = claims.get(runId)?.find((claim) => claim.epoch > epoch);
    if (next === undefined) abandoned.add(runId);
    else slowestFailoverMs = Math.max(slowestFailoverMs, next.at - killedAt.get(node)!);
  }
  return { slowestFailoverMs, abandoned: [...abandoned] };
}

function nameOf({ taskId, attempt }: Pick<Begun, 'taskId' | 'attempt'>): string {
  return `${taskId}#${attempt}`;
}
