import { runChild } from '../child.js';
import { atMost, microseconds, nanoseconds, times, type Measurement, type Row } from '../table.js';

export interface LookupRequest {
  readonly agentCount: number;
}

/** Processor time of one operation, in nanoseconds. */
export interface LookupFigures {
  /** By texts that were used before; bare is a plain Map with the same keys. */
  readonly known: { readonly bareNs: number; readonly fullNs: number };
  /** By texts that were not. */
  readonly fresh: { readonly bareNs: number; readonly fullNs: number };
  readonly changedNs: number;
  readonly listNs: number;
}

export const PROVIDERS_PER_CAPABILITY = 10;

const TARGET_NS = 200;

/** Finding those who provide a capability, by how many agents there are. */
export const lookup: Measurement = {
  name: 'lookup',
  title: 'look-up by capability, CPU; bare: a Map',
  async measure() {
    const rows: Row[] = [];
    for (const agentCount of [10, 1_000, 100_000]) {
      const request: LookupRequest = { agentCount };
      rows.push(
        ...toRows(
          agentCount,
          await runChild<LookupFigures>(new URL('./lookup.child.js', import.meta.url), request),
        ),
      );
    }
    return rows;
  },
};

function toRows(agentCount: number, { known, fresh, changedNs, listNs }: LookupFigures): Row[] {
  const agents = `${agentCount} agents`;
  const against = ({ bareNs, fullNs }: LookupFigures['known']): Omit<Row, 'subject'> => ({
    figure: nanoseconds(fullNs),
    bare: nanoseconds(bareNs),
    ratio: times(fullNs / bareNs),
  });
  const target = agentCount === 100_000 ? atMost(known.fullNs, TARGET_NS, nanoseconds) : undefined;
  return [
    { subject: `${agents}: index.entry(name)`, ...against(known), target },
    { subject: `${agents}: the same, a text just received`, ...against(fresh) },
    { subject: `${agents}: one leaves, returns, is found`, figure: microseconds(changedNs / 1_000) },
    { subject: `${agents}: registry.list({ capability })`, figure: microseconds(listNs / 1_000) },
  ];
}
