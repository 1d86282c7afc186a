import { resolveManifest } from '../../src/agents/index.js';
import { EventBus, SeededRandom, SilentLogger, SystemClock } from '../../src/common/index.js';
import {
  AttemptRecorder,
  DriftWatch,
  PerformanceBook,
  resolveMetricsOptions,
  type AttemptObservation,
} from '../../src/metrics/index.js';
import { Release } from '../../src/registry/index.js';
import { finish, readRequest } from '../child.js';
import type { MetricsFigures, MetricsRequest } from './metrics.js';
import { comparePair, cpuPerRepetitionNs, median } from '../sampling.js';

/** Attempts that are told again and again, in an order that no cache foresees. */
const POOL = 20_000;
const COUNT = 500_000;

/** Adds up what was read, so that no loop is optimized away. */
let read = 0;

async function measure(seriesCount: number): Promise<MetricsFigures> {
  const clock = new SystemClock();
  const options = resolveMetricsOptions({ maxNames: 1_000 });
  const book = new PerformanceBook(clock, options);
  const recorder = new AttemptRecorder(clock, new SilentLogger(), options);
  const drift = new DriftWatch(new EventBus(), options.review.slowdownRatio);
  const attempts = makeAttempts(seriesCount);
  const record = await comparePair(
    (count) => {
      for (let at = 0; at < count; at += 1) read += attempts[at % POOL]!.durationMs;
    },
    (count) => {
      for (let at = 0; at < count; at += 1) {
        const attempt = attempts[at % POOL]!;
        read += attempt.durationMs;
        book.onAttempt(attempt);
        recorder.onAttempt(attempt);
        drift.onAttempt(attempt);
      }
    },
    { rounds: 7, count: COUNT, warmUp: COUNT },
  );
  const estimateNs = await rounds(COUNT, (count) => {
    for (let at = 0; at < count; at += 1) {
      const { release, capability } = attempts[at % POOL]!;
      read += book.estimate(release, capability).sampleCount;
    }
  });
  const entries = recorder.pending().flatMap(({ minutes }) => minutes);
  const writeNs = await rounds(entries.length, () => {
    for (const { measures } of entries) {
      read += JSON.stringify({ ...measures.sums, counters: measures.counters() }).length;
    }
  });
  return { record, estimateNs, writeNs };
}

async function rounds(count: number, work: (count: number) => void): Promise<number> {
  const figures: number[] = [];
  for (let round = 0; round < 7; round += 1) figures.push(await cpuPerRepetitionNs(work, count));
  return median(figures);
}

/** Ten releases, and as many tenants as it takes. */
function makeAttempts(seriesCount: number): AttemptObservation[] {
  const random = new SeededRandom(1);
  const releases = Array.from({ length: Math.min(10, seriesCount) }, (_, at) => makeRelease(`agent_${at}`));
  const tenants = Math.ceil(seriesCount / releases.length);
  return Array.from({ length: POOL }, () => ({
    release: releases[random.below(releases.length)]!,
    taskId: 'task',
    capability: 'echo',
    inputType: 'text',
    inputBytes: 10,
    tenant: `tenant_${random.below(tenants)}`,
    verdict: random.next() < 0.95 ? ('succeeded' as const) : ('failed' as const),
    startedAt: 0,
    durationMs: 100 * Math.exp(random.next()),
    inFlight: 0,
    queuedMs: 10 * random.next(),
    costUsd: 0.01,
    inputTokens: random.below(1_000),
    outputTokens: random.below(1_000),
  }));
}

function makeRelease(name: string): Release {
  const instance = { execute: (text: string) => text };
  const resolution = resolveManifest({ name, capabilities: ['echo'] }, instance);
  if (!resolution.ok) throw new Error(resolution.violations[0]?.message);
  const { manifest } = resolution;
  const live = { release: `${name}@1.0.0`, status: 'active', since: 0, triggeredBy: 'system' } as const;
  return new Release(manifest, { lifetime: 'shared', get: () => instance }, live);
}

const { seriesCount } = readRequest<MetricsRequest>();
finish({ ...(await measure(seriesCount)) });
