import type { Provider } from '@nestjs/common';
import { Clock, EventBus, Logger } from '../common/index.js';
import { Catalog, Checkups } from '../registry/index.js';
import { StatusService } from '../status/index.js';
import { PerformanceBook } from './estimates/performance-book.js';
import { ImprovementPolicy } from './improvement/improvement-policy.js';
import { Measuring } from './measuring.js';
import type { ResolvedMetricsOptions } from './metrics.options.js';
import { METRICS_OPTIONS } from './metrics.tokens.js';
import { DriftWatch } from './reviews/drift-watch.js';
import { Reviewer } from './reviews/reviewer.js';
import { AttemptRecorder } from './rollups/attempt-recorder.js';
import { PerformanceStore } from './rollups/performance.store.js';
import { RollupKeeper } from './rollups/rollup-keeper.js';

/** Puts the plain parts of the metrics together. */
export const metricsProviders: Provider[] = [
  {
    provide: PerformanceBook,
    inject: [Clock, METRICS_OPTIONS],
    useFactory: (clock: Clock, options: ResolvedMetricsOptions) => new PerformanceBook(clock, options),
  },
  {
    provide: AttemptRecorder,
    inject: [PerformanceStore, Logger, METRICS_OPTIONS],
    useFactory: ({ clock }: PerformanceStore, logger: Logger, options: ResolvedMetricsOptions) =>
      new AttemptRecorder(clock, logger, options),
  },
  {
    provide: RollupKeeper,
    inject: [PerformanceStore, AttemptRecorder, PerformanceBook, Clock, Logger, METRICS_OPTIONS],
    useFactory: (
      ...given: [PerformanceStore, AttemptRecorder, PerformanceBook, Clock, Logger, ResolvedMetricsOptions]
    ) => {
      const [store, recorder, book, clock, logger, options] = given;
      return new RollupKeeper({ store, recorder, book, clock, logger, options });
    },
  },
  {
    provide: DriftWatch,
    inject: [EventBus, METRICS_OPTIONS],
    useFactory: (events: EventBus, { review }: ResolvedMetricsOptions) =>
      new DriftWatch(events, review.slowdownRatio),
  },
  {
    provide: Reviewer,
    inject: [PerformanceStore, DriftWatch, PerformanceBook, METRICS_OPTIONS],
    useFactory: (
      store: PerformanceStore,
      drift: DriftWatch,
      book: PerformanceBook,
      { review }: ResolvedMetricsOptions,
    ) => new Reviewer({ store, drift, book, options: review }),
  },
  {
    provide: ImprovementPolicy,
    inject: [PerformanceStore, Catalog, StatusService, Checkups, Clock, EventBus, Logger, METRICS_OPTIONS],
    useFactory: (
      ...given: [
        ...[PerformanceStore, Catalog, StatusService, Checkups],
        ...[Clock, EventBus, Logger],
        ResolvedMetricsOptions,
      ]
    ) => {
      const [store, catalog, status, checkups, clock, events, logger, { review, improvement }] = given;
      const parts = { store, catalog, status, checkups, clock, events, logger };
      return new ImprovementPolicy({ ...parts, review, options: improvement });
    },
  },
  {
    provide: Measuring,
    inject: [
      PerformanceBook,
      DriftWatch,
      RollupKeeper,
      ImprovementPolicy,
      PerformanceStore,
      EventBus,
      Logger,
      METRICS_OPTIONS,
    ],
    useFactory: (
      ...given: [
        ...[PerformanceBook, DriftWatch, RollupKeeper, ImprovementPolicy],
        ...[PerformanceStore, EventBus, Logger],
        ResolvedMetricsOptions,
      ]
    ) => {
      const [book, drift, keeper, policy, store, events, logger, { review }] = given;
      const { baselineDays } = review;
      return new Measuring({ book, drift, keeper, policy, store, events, logger, baselineDays });
    },
  },
];
