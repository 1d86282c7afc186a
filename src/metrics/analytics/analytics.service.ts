import { Injectable } from '@nestjs/common';
import { nearestNames } from '../../common/index.js';
import { UnknownCapabilityError, type Catalog, type Neighbors } from '../../registry/index.js';
import { Measures } from '../measures/measures.js';
import type { ResolvedMetricsOptions } from '../metrics.options.js';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type PerformanceStore,
  type MeasuresGroup,
  type MeasuresQuery,
} from '../rollups/performance.store.js';
import type { RollupKeeper } from '../rollups/rollup-keeper.js';
import {
  resolveCapacityQuery,
  resolveTrendQuery,
  type CapacityQuery,
  type TrendQuery,
} from './analytics.queries.js';
import { reportCapacity, type CapacityReport } from './capacity/capacity-report.js';
import { measureLoad, type LoadBasis, type LoadBucket, type MeasuredLoad } from './capacity/measured-load.js';
import { slotsOf } from './capacity/slots.js';
import { seriesOf } from './trends/measured-series.js';
import { reportTrend, type TrendReport } from './trends/trend-report.js';

/** Steps of a series whose window is known by the minute. */
const SHORT_STEP_MS = 5 * MINUTE_MS;

/** What answers are made of. */
export interface AnalyticsParts {
  readonly store: PerformanceStore;
  readonly keeper: RollupKeeper;
  readonly catalog: Catalog;
  readonly neighbors: Neighbors;
  readonly options: ResolvedMetricsOptions;
}

/**
 * Answers what follows from what was measured, on all nodes: how many agents are enough, and where figures are going. What other nodes
 * measured in the last seconds may be missing.
 * @publicApi
 */
@Injectable()
export class AnalyticsService {
  constructor(private readonly parts: AnalyticsParts) {}

  /**
   * How long tasks of a capability are expected to wait, and how many agents bring the wait under a target: a queueing model on
   * measured arrivals and service times.
   * @throws CAPABILITY_UNKNOWN, ANALYTICS_INPUT_INVALID
   */
  async capacity(capability: string, query: CapacityQuery = {}): Promise<CapacityReport> {
    const { hours, basis, target, addAgents } = resolveCapacityQuery(query, this.parts.options.retention);
    if (this.parts.catalog.index.entry(capability) === undefined) {
      throw new UnknownCapabilityError(
        capability,
        nearestNames(capability, this.parts.catalog.index.capabilityNames()),
      );
    }
    const slots = slotsOf(capability, this.parts.catalog, this.parts.neighbors);
    await this.parts.keeper.flush();
    const load = await this.#load(capability, hours, basis);
    if (load === undefined) {
      const reason = `No attempt at "${capability}" was measured in the last ${hours} hours.`;
      return { verdict: 'unmeasured', capability, ...slots, reason };
    }
    const whole = { by: [], where: { capability }, ...this.#window(hours, HOUR_MS) };
    const { queuedMs, attempts, waits } = Measures.merged(
      (await this.parts.store.read(whole)).map(measuresOf),
    );
    const observed = { meanWaitMs: queuedMs / attempts, p95WaitMs: waits.quantileMs(0.95) ?? 0 };
    return reportCapacity({ capability, slots, load, observed, target, addAgents });
  }

  /**
   * Whether a figure rises or falls, by how much, and how sure that is: in steps of five minutes, of an hour, or of a day in a window that
   * reaches further back than minutes, or hours, are kept.
   * @throws ANALYTICS_INPUT_INVALID
   */
  async trend(query: TrendQuery = {}): Promise<TrendReport> {
    const { metric, hours, confidence, where } = resolveTrendQuery(query, this.parts.options.retention);
    await this.parts.keeper.flush();
    const everyMs = this.#stepFor(hours);
    const isBrief = metric !== 'p50-duration' && metric !== 'p95-duration';
    const window = this.#window(hours, everyMs);
    const groups = await this.#read({ by: [], where, everyMs, isBrief, ...window });
    return reportTrend({ metric, confidence, everyMs, ...window, points: seriesOf(metric, groups) });
  }

  async #load(capability: string, hours: number, basis: LoadBasis): Promise<MeasuredLoad | undefined> {
    const query = { by: [], where: { capability }, isBrief: true } as const;
    const nowAt = this.parts.store.clock.now();
    // Minutes of the present hour and those before, as long as none of them has been put together to hours.
    const minutesFromAt = Math.max(nowAt - this.parts.options.retention.minuteMs, nowAt - hours * HOUR_MS);
    const window = { fromAt: minutesFromAt, toAt: nowAt + MINUTE_MS };
    const [byHour, byMinute] = await Promise.all([
      this.#read({ ...query, ...this.#window(hours, HOUR_MS), everyMs: HOUR_MS }),
      this.#read({ ...query, ...window, everyMs: MINUTE_MS }),
    ]);
    return measureLoad({
      hours: byHour.map(bucketOf),
      minutes: byMinute.map(bucketOf),
      minutesFromAt,
      nowAt,
      basis,
    });
  }

  #read(query: MeasuresQuery): Promise<readonly MeasuresGroup[]> {
    return this.parts.store.read(query);
  }

  #stepFor(hours: number): number {
    const { minuteMs, hourMs } = this.parts.options.retention;
    if (hours * HOUR_MS <= minuteMs) return SHORT_STEP_MS;
    return hours * HOUR_MS <= hourMs ? HOUR_MS : DAY_MS;
  }

  /** Begins with a whole step, and ends with the present minute, as the clocks of other nodes may be ahead. */
  #window(hours: number, stepMs: number): { readonly fromAt: number; readonly toAt: number } {
    const nowAt = this.parts.store.clock.now();
    const fromAt = Math.floor((nowAt - hours * HOUR_MS) / stepMs) * stepMs;
    return { fromAt, toAt: nowAt + MINUTE_MS };
  }
}

function measuresOf({ measures }: MeasuresGroup): Measures {
  return measures;
}

function bucketOf({ at, measures }: MeasuresGroup): LoadBucket {
  const { attempts, busyMs, busySquareMs2 } = measures;
  return { at, attempts, busyMs, busySquareMs2 };
}
