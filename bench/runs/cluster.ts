import { runChild } from '../child.js';
import { withPostgres } from '../postgres.js';
import { median } from '../sampling.js';
import { atMost, finely, type Measurement, type Row } from '../table.js';

export interface ClusterRequest {
  readonly url: string;
  /** How often each kind of change is made. */
  readonly count: number;
}

/** Milliseconds from the call on one node to the event on the other, of each change. */
export type ClusterFigures = Readonly<Record<keyof typeof CHANGES, readonly number[]>>;

const COUNT = 50;

const CHANGES = {
  statusMs: 'another status of an agent',
  workflowMs: 'a definition that is stored',
  removalMs: 'an agent that is removed',
} as const;

const TARGET_MS = 1_000;

/** How soon a node knows what was changed on another one, on one Postgres. */
export const cluster: Measurement = {
  name: 'cluster',
  title: `from a change on one node to its event on another, ${COUNT} of each`,
  measure: () =>
    withPostgres(async (server) => {
      const request: ClusterRequest = { url: server.url(), count: COUNT };
      const figures = await runChild<ClusterFigures>(new URL('./cluster.child.js', import.meta.url), request);
      return (Object.keys(CHANGES) as (keyof typeof CHANGES)[]).map((change) => toRow(change, figures));
    }),
};

function toRow(change: keyof typeof CHANGES, figures: ClusterFigures): Row {
  const values = figures[change];
  const worstMs = Math.max(...values);
  return {
    subject: `${CHANGES[change]}: the slowest; p50 ${finely(median(values))}`,
    figure: finely(worstMs),
    target: atMost(worstMs, TARGET_MS, finely),
  };
}
