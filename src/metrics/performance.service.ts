import { Injectable } from '@nestjs/common';
import { Catalog, parseAgentReference, type Release } from '../registry/index.js';
import { Measures } from './measures/measures.js';
import { MetricsInputError } from './metrics.errors.js';
import { toDurations, toFailures, toProblems, toTotals } from './reports/reports.js';
import type {
  DurationReport,
  FailureReport,
  ProblemReport,
  Report,
  Total,
  TotalsQuery,
} from './reports/reports.types.js';
import { performanceOf } from './reviews/performance.js';
import type { Performance, PerformanceReview } from './reviews/review.types.js';
import { Reviewer } from './reviews/reviewer.js';
import { HOUR_MS, MINUTE_MS, PerformanceStore, type MeasuresQuery } from './rollups/performance.store.js';
import { RollupKeeper } from './rollups/rollup-keeper.js';

/** A leap year. */
const MAX_HOURS = 24 * 366;

/** How far back from now to look. */
export interface WindowOptions {
  /** Greater than 0, at most 8 784 (366 days); default 24. What is hours old is known by the hour, what is weeks old by the day. */
  readonly hours?: number;
}

/**
 * Answers for how agents have performed, on all nodes: reviews, totals of cost and tokens, and reports of failures and durations.
 * What was measured in the last seconds on other nodes may be missing.
 * @publicApi
 */
@Injectable()
export class PerformanceService {
  constructor(
    private readonly store: PerformanceStore,
    private readonly keeper: RollupKeeper,
    private readonly reviewer: Reviewer,
    private readonly catalog: Catalog,
  ) {}

  /**
   * The performance review of a release, by `name` (the current one) or `name@range`: for each capability a verdict, the evidence,
   * trends with their significance, and advice.
   * @throws AGENT_UNKNOWN, VERSION_RANGE_INVALID, METRICS_INPUT_INVALID
   */
  async review(reference: string, { hours }: WindowOptions = {}): Promise<PerformanceReview> {
    const release = this.#release(reference);
    const window = this.#window(hours);
    await this.keeper.flush();
    return this.reviewer.review(release, window);
  }

  /** What was measured of a release at all capabilities together. @throws as {@link review} does */
  async statistics(reference: string, { hours }: WindowOptions = {}): Promise<Performance> {
    const { id } = this.#release(reference);
    const [group] = await this.#read({ ...this.#window(hours), by: [], where: { release: id } });
    return performanceOf(group?.measures ?? new Measures());
  }

  /** Attempts, cost, tokens and time by name, the dearest first. @throws METRICS_INPUT_INVALID */
  async totals({ hours, by, where }: TotalsQuery = {}): Promise<Report<Total>> {
    const window = this.#window(hours);
    const fields = by === undefined ? [] : [by];
    return {
      ...window,
      items: toTotals(await this.#read({ ...window, by: fields, where, isBrief: true }), by),
    };
  }

  /**
   * Why workflows fail: who failed in them, at what, and how; most failures first.
   * @param workflow default: all; an empty name means tasks of no workflow
   * @throws METRICS_INPUT_INVALID
   */
  async failures(workflow?: string, { hours }: WindowOptions = {}): Promise<Report<FailureReport>> {
    const window = this.#window(hours);
    const by = ['workflow', 'release', 'capability'] as const;
    return { ...window, items: toFailures(await this.#read({ ...window, by, where: { workflow } })) };
  }

  /** Which agents cause problems, most failures first. @throws METRICS_INPUT_INVALID */
  async problems({ hours }: WindowOptions = {}): Promise<Report<ProblemReport>> {
    const window = this.#window(hours);
    const by = ['release', 'capability'] as const;
    return { ...window, items: toProblems(await this.#read({ ...window, by, isBrief: true })) };
  }

  /** How long tasks take, by capability, and how long they wait. @throws METRICS_INPUT_INVALID */
  async durations({ hours }: WindowOptions = {}): Promise<Report<DurationReport>> {
    const window = this.#window(hours);
    return { ...window, items: toDurations(await this.#read({ ...window, by: ['capability'] })) };
  }

  /** What was measured here until now is to be seen in the answer. */
  async #read(query: MeasuresQuery) {
    await this.keeper.flush();
    return this.store.read(query);
  }

  #release(reference: string): Release {
    const { name, range } = parseAgentReference(reference);
    return this.catalog.get(name, range);
  }

  #window(hours = 24): { readonly fromAt: number; readonly toAt: number } {
    if (!(typeof hours === 'number' && hours > 0 && hours <= MAX_HOURS)) {
      throw new MetricsInputError('hours', hours, `a number greater than 0 and at most ${MAX_HOURS}`);
    }
    const nowAt = this.store.clock.now();
    // To the end of the present minute, as other nodes' clocks may be ahead.
    return { fromAt: Math.round(nowAt - hours * HOUR_MS), toAt: nowAt + MINUTE_MS };
  }
}
