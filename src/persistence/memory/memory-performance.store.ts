import type { Clock } from '../../common/index.js';
import {
  agentOf,
  DAY_MS,
  DIMENSIONS,
  HOUR_MS,
  Measures,
  MINUTE_MS,
  PerformanceStore,
  type MeasuredMinute,
  type MeasuresField,
  type MeasuresGroup,
  type MeasuresQuery,
  type Retention,
  type Series,
} from '../../metrics/index.js';

/** A minute of one writer, or an hour or a day of all. */
interface Rollup {
  readonly at: number;
  readonly spanMs: number;
  readonly writer: string;
  readonly series: Series;
  readonly measures: Measures;
}

/** What was measured, in the memory of the process. Several writers of a test may share one. */
export class MemoryPerformanceStore extends PerformanceStore {
  #rollups = new Map<string, Rollup>();
  #foldedUntilAt = 0;

  constructor(
    readonly clock: Pick<Clock, 'now'>,
    readonly isShared = false,
  ) {
    super();
  }

  async write(writer: string, minutes: readonly MeasuredMinute[]): Promise<number> {
    const accepted = minutes.filter(({ at }) => at >= this.#foldedUntilAt);
    for (const { at, series, measures } of accepted) {
      const copy = Measures.merged([measures]);
      this.#put({ at, spanMs: MINUTE_MS, writer, series, measures: copy });
    }
    return minutes.length - accepted.length;
  }

  async read(query: MeasuresQuery): Promise<readonly MeasuresGroup[]> {
    const groups = new Map<string, MeasuresGroup>();
    for (const rollup of this.#rollups.values()) {
      if (!isWanted(rollup, query)) continue;
      const key = Object.fromEntries(query.by.map((field) => [field, fieldOf(rollup, field)]));
      const at = query.everyMs === undefined ? 0 : floorTo(rollup.at, query.everyMs);
      const id = JSON.stringify([at, key]);
      const group = groups.get(id) ?? { key, at, measures: new Measures() };
      groups.set(id, group);
      group.measures.merge(query.isBrief === true ? Measures.of(rollup.measures.sums) : rollup.measures);
    }
    return [...groups.values()];
  }

  async fold({ minuteMs, hourMs, dayMs }: Retention): Promise<void> {
    const nowAt = this.clock.now();
    const minutesUntilAt = floorTo(nowAt - minuteMs, HOUR_MS);
    const hoursUntilAt = floorTo(nowAt - hourMs, DAY_MS);
    const rollups = [...this.#rollups.values()].filter(({ at, spanMs }) => at + spanMs > nowAt - dayMs);
    if (rollups.some(({ at, spanMs }) => spanMs === MINUTE_MS && at < minutesUntilAt)) {
      this.#foldedUntilAt = Math.max(this.#foldedUntilAt, minutesUntilAt);
    }
    this.#rollups = new Map();
    for (const rollup of rollups) {
      const isHour = rollup.spanMs > MINUTE_MS || rollup.at < this.#foldedUntilAt;
      const isDay = rollup.spanMs > HOUR_MS || (isHour && rollup.at < hoursUntilAt);
      if (isDay) this.#gather(rollup, DAY_MS);
      else if (isHour) this.#gather(rollup, HOUR_MS);
      else this.#put(rollup);
    }
  }

  /** Takes a rollup into a longer one, of all writers. */
  #gather({ at, series, measures }: Rollup, spanMs: number): void {
    const whole = { at: floorTo(at, spanMs), spanMs, writer: '', series, measures: new Measures() };
    const known = this.#rollups.get(idOf(whole)) ?? whole;
    known.measures.merge(measures);
    this.#put(known);
  }

  #put(rollup: Rollup): void {
    this.#rollups.set(idOf(rollup), rollup);
  }
}

const idOf = ({ at, spanMs, writer, series }: Rollup): string =>
  JSON.stringify([at, spanMs, writer, ...DIMENSIONS.map((dimension) => series[dimension])]);

const floorTo = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs;

function isWanted(rollup: Rollup, { fromAt, toAt, where = {} }: MeasuresQuery): boolean {
  if (rollup.at + rollup.spanMs <= fromAt || rollup.at >= toAt) return false;
  return Object.entries(where).every(
    ([field, name]) => name === undefined || fieldOf(rollup, field as MeasuresField) === name,
  );
}

function fieldOf({ series, writer }: Rollup, field: MeasuresField | 'writer'): string {
  if (field === 'writer') return writer;
  return field === 'agent' ? agentOf(series.release) : series[field];
}
