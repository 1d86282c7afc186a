import type { Clock, EventBus, RandomSource } from '../../common/index.js';
import type { AttemptObservation, AttemptObserver } from '../../metrics/index.js';
import type { Catalog } from '../../registry/index.js';
import type { ResolvedHealthOptions } from '../health.options.js';
import { Breakers } from './breakers.js';
import { Obstacles } from './obstacles.js';
import { Outliers } from './outliers.js';

/** Judges releases by what comes of their tasks, and keeps tasks from those that fail them. */
export class TrafficWatch implements AttemptObserver {
  constructor(
    readonly breakers: Breakers,
    readonly outliers: Outliers,
    private readonly clock: Clock,
    private readonly options: Pick<ResolvedHealthOptions, 'breaker' | 'outliers'>,
  ) {}

  open(): void {
    this.breakers.open();
    this.outliers.open();
  }

  close(): void {
    this.breakers.close();
    this.outliers.close();
  }

  onAttempt(observation: AttemptObservation, nowMs: number = this.clock.monotonicMs()): void {
    if (this.options.breaker.isOn) this.breakers.record(observation, nowMs);
    if (this.options.outliers.isOn) this.outliers.record(observation, nowMs);
  }
}

/** What traffic is watched with. */
export interface TrafficWatchParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly events: EventBus;
  readonly options: Pick<ResolvedHealthOptions, 'breaker' | 'outliers'>;
}

/** Breakers and outlier detection over the same obstacles. */
export function watchTraffic({ options, ...parts }: TrafficWatchParts): TrafficWatch {
  const obstacles = new Obstacles(parts.events);
  const breakers = new Breakers({ ...parts, obstacles, options: options.breaker });
  const outliers = new Outliers({ ...parts, obstacles, options: options.outliers });
  return new TrafficWatch(breakers, outliers, parts.clock, options);
}
