import { Injectable } from '@nestjs/common';
import { nearestNames } from '../../common/index.js';
import { UnknownCapabilityError, type Catalog, type Neighbors } from '../../registry/index.js';
import { Measures } from '../measures/measures.js';
import type { DecisionLog } from '../decisions/decision-log.js';
import type { PerformanceBook } from '../estimates/performance-book.js';
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
  checkPolicy,
  resolveCapacityQuery,
  resolveTrendQuery,
  resolveWhatIfQuery,
  type CapacityQuery,
  type TrendQuery,
  type WhatIfQuery,
} from './analytics.queries.js';
import { reportCapacity, type CapacityReport } from './capacity/capacity-report.js';
import { measureLoad, type LoadBasis, type LoadBucket, type MeasuredLoad } from './capacity/measured-load.js';
import { slotsOf } from './capacity/slots.js';
import type { ChoosingPolicy, KnownOfRelease } from './costs/choosing-policy.js';
import type { LoggedDecision, LoggedRelease } from './costs/recorded-task.js';
import { judgeWhatIf, type WhatIf } from './costs/what-if.js';
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
  readonly book: PerformanceBook;
  readonly decisions: DecisionLog;
  readonly options: ResolvedMetricsOptions;
}

/**
 * The answer to a what-if, and the window it is of.
 * @publicApi
 */
export type WhatIfReport = WhatIf & {
  readonly fromAt: number;
  readonly toAt: number;
  readonly confidence: number;
};

/** Decisions that are read at once, and the most that an answer is made of: the latest. */
const PAGE_SIZE = 1_000;
const MAX_DECISIONS = 50_000;

/**
 * Answers what follows from what was measured, on all nodes: how many agents are enough, where figures are going, and
 * what another way of choosing would have cost. What other nodes
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

  /**
   * What recorded tasks would have cost, and how many would have succeeded, if agents had been chosen otherwise: by what is known of them now.
   * Of the latest 50 000 recorded choices; refused, with the reason, where these cannot bear an estimate.
   * @throws ANALYTICS_INPUT_INVALID
   */
  async whatIf(policy: ChoosingPolicy, query: WhatIfQuery = {}): Promise<WhatIfReport> {
    checkPolicy(policy);
    const { hours, confidence } = resolveWhatIfQuery(query);
    const toAt = this.parts.store.clock.now();
    const fromAt = Math.round(toAt - hours * HOUR_MS);
    const decisions = await this.#decisions(policy, fromAt);
    const knowledge = (release: LoggedRelease, capability: string) => this.#known(release, capability);
    return { fromAt, toAt, confidence, ...judgeWhatIf(decisions, { policy, knowledge, confidence }) };
  }

  async #decisions({ when = {} }: ChoosingPolicy, fromAt: number): Promise<LoggedDecision[]> {
    const { decisions } = this.parts;
    const { capability, workflow } = when;
    await decisions.settle();
    const found: LoggedDecision[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null && found.length < MAX_DECISIONS) {
      const page = await decisions.list({ capability, workflow, fromAt, limit: PAGE_SIZE, cursor });
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    return found;
  }

  /** Of a release that has left, nothing is known that counts: nobody can switch to it. */
  #known({ agent, version }: LoggedRelease, capability: string): KnownOfRelease | undefined {
    const { catalog, book } = this.parts;
    const release = catalog.releasesOf(agent).find((each) => each.version === version);
    if (release === undefined) return undefined;
    const { meanCostUsd, meanDurationMs, sampleCount, ...known } = book.estimate(release, capability);
    const { successAlpha, successBeta } = known;
    return {
      costUsd: meanCostUsd,
      durationMs: meanDurationMs,
      successRatio: sampleCount > 0 ? successAlpha / (successAlpha + successBeta) : undefined,
    };
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
