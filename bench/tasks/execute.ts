import { runChild } from '../child.js';
import type { HandlerKind } from '../fleet.js';
import type { Pair } from '../sampling.js';
import { atMost, microseconds, times, type Measurement, type Row } from '../table.js';

/** One way to ask for a task. */
export interface ExecuteCase {
  readonly providers: number;
  readonly handler: HandlerKind;
  /** Tasks under way at a time. */
  readonly concurrency: number;
  /** Passed as an option; without it, the task has no options at all. */
  readonly strategy?: string;
  readonly isTarget?: boolean;
}

const TARGET_US = 7;

const USUAL = { providers: 10, handler: 'async', concurrency: 1 } as const;

const CASES: readonly ExecuteCase[] = [
  { ...USUAL, isTarget: true },
  { ...USUAL, handler: 'sync', isTarget: true },
  { ...USUAL, concurrency: 64, isTarget: true },
  { ...USUAL, handler: 'sync', concurrency: 64, isTarget: true },
  { ...USUAL, providers: 1 },
  { ...USUAL, providers: 100 },
  ...['adaptive', 'balanced', 'first', 'random', 'round-robin', 'least-loaded'].map((strategy) => ({
    ...USUAL,
    strategy,
  })),
];

/** What a task costs beyond the agent's own work and the validation of its input and output. */
export const execute: Measurement = {
  name: 'execute',
  title: 'execute() beyond a bare async call, CPU per task',
  async measure() {
    const rows: Row[] = [];
    for (const one of CASES)
      rows.push(toRow(one, await runChild<Pair>(new URL('./execute.child.js', import.meta.url), one)));
    return rows;
  },
};

function toRow(one: ExecuteCase, { bareNs, fullNs, extraNs }: Pair): Row {
  const { providers, handler, concurrency, strategy, isTarget } = one;
  const extraUs = extraNs / 1_000;
  const by = strategy === undefined ? '' : `, strategy ${strategy}`;
  return {
    subject: `${providers} provider${providers === 1 ? '' : 's'}, ${handler}, ${concurrency} at a time${by}`,
    figure: microseconds(extraUs),
    bare: microseconds(bareNs / 1_000),
    ratio: times(fullNs / bareNs),
    target: isTarget ? atMost(extraUs, TARGET_US, microseconds) : undefined,
  };
}
