import { runChild } from '../child.js';
import { atMost, microseconds, nanoseconds, type Measurement, type Row } from '../table.js';

export interface MetricsRequest {
  /** Series that attempts are told apart by. */
  readonly seriesCount: number;
}

/** Processor time of one operation, in nanoseconds; bare is a loop over the same attempts that only reads them. */
export interface MetricsFigures {
  /** Book, recorder and drift watch together. */
  readonly record: { readonly bareNs: number; readonly extraNs: number };
  readonly estimateNs: number;
  /** Taking apart of one series for a write, as JSON. */
  readonly writeNs: number;
}

const TARGET_US = 2;

/** What it costs to measure an attempt, and to ask what is expected of an agent. */
export const metrics: Measurement = {
  name: 'metrics',
  title: 'measuring, CPU; bare: a loop over the attempts',
  async measure() {
    const rows: Row[] = [];
    for (const seriesCount of [1, 1_000]) {
      const figures = await runChild<MetricsFigures>(new URL('./metrics.child.js', import.meta.url), {
        seriesCount,
      });
      rows.push(...toRows(seriesCount, figures));
    }
    return rows;
  },
};

function toRows(seriesCount: number, { record, estimateNs, writeNs }: MetricsFigures): Row[] {
  const among = seriesCount === 1 ? 'one series' : `${seriesCount} series`;
  return [
    {
      subject: `${among}: recording an attempt`,
      figure: microseconds(record.extraNs / 1_000),
      bare: microseconds(record.bareNs / 1_000),
      target: atMost(record.extraNs / 1_000, TARGET_US, microseconds),
    },
    { subject: `${among}: estimate(release, capability)`, figure: nanoseconds(estimateNs) },
    { subject: `${among}: a series made ready to be written`, figure: microseconds(writeNs / 1_000) },
  ];
}
