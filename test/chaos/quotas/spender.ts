import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type TaskContext } from 'cadre';
import { Ledger } from '../judgement/ledger.js';

/** What a task of it takes. */
export interface Spending {
  readonly forMs: number;
  readonly costUsd: number;
  readonly tenant: string;
}

/** What it says of itself; tasks cost more than that, and less. */
export const DECLARED_USD = 0.05;

/** Tells the ledger when it begins, and what it has spent. */
@Agent('spend', { name: 'spender', maxConcurrentTasks: 1_000, costPerTaskUsd: DECLARED_USD })
export class SpenderAgent {
  constructor(private readonly ledger: Ledger) {}

  async execute({ forMs, costUsd, tenant }: Spending, task: TaskContext): Promise<string> {
    const { taskId } = task;
    this.ledger.note({ kind: 'spending', taskId });
    await delay(forMs);
    task.reportUsage({ costUsd });
    this.ledger.note({ kind: 'spent', taskId, costUsd, tenant });
    return 'spent';
  }
}
