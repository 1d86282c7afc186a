import { runChild } from '../child.js';
import { atMost, microseconds, times, type Measurement, type Row } from '../table.js';

/** What the agents of a workflow hand on: a short text, a text of 10 KB, or 100 rows that are 10 KB as JSON. */
export type PayloadKind = 'short' | 'text' | 'rows';

/** Runs of one workflow, its steps one behind another. */
export interface WorkflowCase {
  readonly steps: number;
  readonly payload: PayloadKind;
  /** Runs under way at a time. */
  readonly concurrency: number;
  /** Each step names its input in an expression; otherwise it takes the output of the one above. */
  readonly withExpressions?: boolean;
}

/** Processor time in microseconds. */
export interface WorkflowFigures {
  /** Per step, the bare call subtracted. */
  readonly extraUs: number;
  /** A call of the agent's method between two validations. */
  readonly bareUs: number;
  /** A task by `execute()` beyond the bare call: what a step costs at least. */
  readonly taskUs: number;
}

interface MeasuredCase extends WorkflowCase {
  readonly isTarget?: boolean;
}

const TARGET_US = 10;
const TARGET_RATIO = 1.3;
const LENGTHS = [10, 100, 1_000] as const;

const CASES: readonly MeasuredCase[] = [
  ...LENGTHS.map((steps) => ({ steps, payload: 'short', concurrency: 1, isTarget: true }) as const),
  { steps: 10, payload: 'short', concurrency: 64, isTarget: true },
  { steps: 10, payload: 'short', concurrency: 1, withExpressions: true },
  ...LENGTHS.map((steps) => ({ steps, payload: 'text', concurrency: 1, isTarget: true }) as const),
  ...LENGTHS.map((steps) => ({ steps, payload: 'rows', concurrency: 1 }) as const),
];

const PAYLOADS: Readonly<Record<PayloadKind, string>> = {
  short: 'bare',
  text: 'text of 10 KB',
  rows: '100 rows, 10 KB',
};

/** What a step of a run in memory costs beyond the agent's own work and the validation of its input and output. */
export const workflows: Measurement = {
  name: 'workflows',
  title: 'runs in memory, CPU per step; bare: the call, validated',
  async measure() {
    const rows: Row[] = [];
    const shortest = new Map<PayloadKind, number>();
    for (const one of CASES) {
      const figures = await runChild<WorkflowFigures>(new URL('./workflows.child.js', import.meta.url), one);
      if (one.steps === LENGTHS[0] && one.concurrency === 1 && !one.withExpressions) {
        shortest.set(one.payload, figures.extraUs);
      }
      rows.push(...toRows(one, figures, shortest.get(one.payload)!));
    }
    return rows;
  },
};

function toRows(one: MeasuredCase, { extraUs, bareUs, taskUs }: WorkflowFigures, shortestUs: number): Row[] {
  const { steps, payload, concurrency, withExpressions, isTarget } = one;
  const how = `${concurrency} at a time${withExpressions ? ', inputs by expression' : ''}`;
  const rows: Row[] = [
    {
      subject: `${steps} steps, ${PAYLOADS[payload]}, ${how}; a task alone ${microseconds(taskUs)}`,
      figure: microseconds(extraUs),
      bare: microseconds(bareUs),
      ratio: times((extraUs + bareUs) / bareUs),
      target: isTarget ? atMost(extraUs, TARGET_US, microseconds) : undefined,
    },
  ];
  if (steps !== LENGTHS.at(-1)) return rows;
  const ratio = extraUs / shortestUs;
  const target = atMost(ratio, TARGET_RATIO, (value) => `${value.toFixed(2)} ×`);
  return [...rows, { subject: `  against ${LENGTHS[0]} steps`, figure: `${ratio.toFixed(2)} ×`, target }];
}
