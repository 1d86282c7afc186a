import type { Entry } from '../judgement/ledger.js';

/** What the quotas allow. */
export interface Bounds {
  readonly maxConcurrentTasks: number;
  readonly tasksPerSecond: number;
  readonly burst: number;
  /** Of each tenant. */
  readonly maxCostUsd: number;
  /** By how much one task may cost more than it was expected to. */
  readonly errorUsd: number;
}

/** What happened, as the ledger tells it. */
export interface Spendings {
  readonly tasks: number;
  /** Under way when their node was killed. */
  readonly cut: number;
  readonly mostAtOnce: number;
  readonly perSecond: number;
  readonly spentUsd: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
}

/** How long after its grant a task may take to begin, on a busy machine. */
const LAG_MS = 2_000;

/** Holds what agents did on all nodes against what their quotas allow. */
export function judgeSpendings(entries: readonly Entry[], bounds: Bounds): Spendings {
  const underWay = new Map<string, Set<string>>();
  const killed = new Set<string>();
  const spentUsd = new Map<string, number>();
  const begunAt: number[] = [];
  let mostAtOnce = 0;
  let cut = 0;
  for (const entry of entries) {
    const { node } = entry;
    // What a node tells between the word and the kill is gone with it.
    if (killed.has(node)) continue;
    const own = underWay.get(node) ?? new Set();
    underWay.set(node, own);
    if (entry.kind === 'killed') {
      killed.add(node);
      cut += own.size;
      own.clear();
    } else if (entry.kind === 'spending') {
      own.add(entry.taskId);
      begunAt.push(entry.at);
      const atOnce = [...underWay.values()].reduce((sum, { size }) => sum + size, 0);
      mostAtOnce = Math.max(mostAtOnce, atOnce);
    } else if (entry.kind === 'spent') {
      own.delete(entry.taskId);
      spentUsd.set(entry.tenant, (spentUsd.get(entry.tenant) ?? 0) + entry.costUsd);
    }
  }
  const lastedMs = (begunAt.at(-1) ?? 0) - (begunAt[0] ?? 0);
  const tasks = begunAt.length;
  const perSecond = tasks / (lastedMs / 1_000);
  const told = { tasks, cut, mostAtOnce, perSecond, spentUsd };
  return { ...told, violations: findViolations(told, lastedMs, bounds) };
}

function findViolations(
  { tasks, mostAtOnce, spentUsd }: Omit<Spendings, 'violations'>,
  lastedMs: number,
  bounds: Bounds,
): string[] {
  const { maxConcurrentTasks, tasksPerSecond, burst, maxCostUsd, errorUsd } = bounds;
  const violations: string[] = [];
  if (mostAtOnce > maxConcurrentTasks) violations.push(`${mostAtOnce} tasks were under way at once`);
  const mostTasks = burst + ((lastedMs + LAG_MS) * tasksPerSecond) / 1_000;
  if (tasks > mostTasks) violations.push(`${tasks} tasks began in ${Math.round(lastedMs)} ms`);
  const mostUsd = maxCostUsd + maxConcurrentTasks * errorUsd;
  for (const [tenant, usd] of spentUsd) {
    if (usd > mostUsd) violations.push(`${tenant} has spent ${usd} USD`);
  }
  return violations;
}
