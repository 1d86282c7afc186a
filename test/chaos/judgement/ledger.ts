import { fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** A node took a run up. */
export interface Claimed {
  readonly kind: 'claimed';
  readonly runId: string;
  readonly epoch: number;
}

/** An agent began to work at a step; `of` names the results that its input was made of. */
export interface Begun {
  readonly kind: 'begun';
  readonly runId: string;
  readonly key: string;
  readonly taskId: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly of: readonly string[];
}

/** It did its work; that the result was kept is another thing. */
export interface Done {
  readonly kind: 'done';
  readonly taskId: string;
  readonly attempt: number;
}

/** What was done to a node. */
export interface Harmed {
  readonly kind: 'killed' | 'stopped' | 'continued';
}

/** An agent begins to spend, in a trial of quotas. */
export interface Spending {
  readonly kind: 'spending';
  readonly taskId: string;
}

export interface Spent {
  readonly kind: 'spent';
  readonly taskId: string;
  readonly costUsd: number;
  readonly tenant: string;
}

export type Happening = Claimed | Begun | Done | Harmed | Spending | Spent;

/** `node` is one life of a node; `at` milliseconds on the clock of the machine that never jumps, which all processes share. */
export type Entry = Happening & { readonly node: string; readonly at: number };

/** Milliseconds after which a run that was claimed waits for something else than its node: far longer than a busy one needs. */
const IN_HAND_MS = 1_000;

/** By how many executions a line makes those that are under way more. */
const CHANGES: Partial<Record<Happening['kind'], number>> = { begun: 1, done: -1, spending: 1, spent: -1 };

/**
 * What happened, told by those who did it and not by what is tested: a file to which all processes add lines, so that the
 * order of the lines is that of the events. A line is written before the work begins that it tells of, and survives any kill.
 */
export class Ledger {
  readonly #file: number;
  readonly #entries: Entry[] = [];
  #readBytes = 0;

  constructor(
    path: string,
    private readonly node: string,
  ) {
    this.#file = openSync(path, 'a+');
  }

  note(happening: Happening): void {
    const entry: Entry = { ...happening, node: this.node, at: monotonicMs() };
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  /** All that was told so far. */
  read(): readonly Entry[] {
    const news = Buffer.alloc(fstatSync(this.#file).size - this.#readBytes);
    readSync(this.#file, news, 0, news.length, this.#readBytes);
    const end = news.lastIndexOf('\n') + 1;
    this.#readBytes += end;
    const lines = news.toString('utf8', 0, end).split('\n').slice(0, -1);
    for (const line of lines) this.#entries.push(JSON.parse(line) as Entry);
    return this.#entries;
  }

  /** Whether a node has just claimed a run, and no step of it has begun yet. */
  hasInHand(node: string): boolean {
    const fromMs = monotonicMs() - IN_HAND_MS;
    const runs = new Set<string>();
    for (const entry of this.read()) {
      if (entry.node !== node || entry.at < fromMs) continue;
      if (entry.kind === 'claimed') runs.add(entry.runId);
      else if (entry.kind === 'begun') runs.delete(entry.runId);
    }
    return runs.size > 0;
  }

  /** Executions that are under way on a node: begun, and not done. */
  countUnderWay(node: string): number {
    const own = this.read().filter((entry) => entry.node === node);
    return own.reduce((count, { kind }) => count + (CHANGES[kind] ?? 0), 0);
  }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
