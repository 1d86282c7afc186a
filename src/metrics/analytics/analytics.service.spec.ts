import { drawNormal, SeededRandom } from '../../common/index.js';
import { MemoryDecisionLog, MemoryPerformanceStore } from '../../persistence/index.js';
import { Neighbors } from '../../registry/index.js';
import { catalogOf } from '../../testing/builders/catalog-of.js';
import { decisionOf } from '../../testing/builders/decisions.js';
import { drawDecision } from '../../testing/trials/logged-decisions.js';
import { observationOf } from '../../testing/builders/observations.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { PerformanceBook } from '../estimates/performance-book.js';
import { Measures } from '../measures/measures.js';
import { resolveMetricsOptions } from '../metrics.options.js';
import { AttemptRecorder } from '../rollups/attempt-recorder.js';
import { HOUR_MS, MINUTE_MS } from '../rollups/performance.store.js';
import { RollupKeeper } from '../rollups/rollup-keeper.js';
import { AnalyticsService } from './analytics.service.js';
import type { ChoosingPolicy } from './costs/choosing-policy.js';
import type { CapacityQuery, TrendQuery, WhatIfQuery } from './analytics.queries.js';

const SERIES = { release: 'ada@1.0.0', capability: 'writing', inputType: 'text', workflow: '', tenant: '' };

/** Two agents that write, with three slots together; one of them also reads. */
function build() {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const options = resolveMetricsOptions();
  const store = new MemoryPerformanceStore(clock);
  const recorder = new AttemptRecorder(clock, logger, options);
  const book = new PerformanceBook(clock, options);
  const keeper = new RollupKeeper({ store, recorder, book, clock, logger, options });
  const catalog = catalogOf(
    { name: 'ada', capabilities: ['writing'], maxConcurrentTasks: 2 },
    { name: 'bob', capabilities: ['writing', 'reading'], maxConcurrentTasks: 1 },
  );
  const neighbors = new Neighbors();
  const decisions = new MemoryDecisionLog(10_000);
  const analytics = new AnalyticsService({ store, keeper, catalog, neighbors, book, decisions, options });
  /** So many attempts in each of the last minutes, oldest first, as long as `durationOf` says. */
  const write = async (minutes: number, perMinute: number, durationOf: (minute: number) => number) => {
    const lastAt = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
    const written = Array.from({ length: minutes }, (_, minute) => {
      const measures = new Measures();
      for (let attempt = 0; attempt < perMinute; attempt++) {
        const figures = { queuedMs: 40, costUsd: 0.1, inputTokens: 0, outputTokens: 0 };
        measures.record({ verdict: 'succeeded', durationMs: durationOf(minute), ...figures }, false);
      }
      return { at: lastAt - (minutes - 1 - minute) * MINUTE_MS, series: SERIES, measures };
    });
    await store.write('writer', written);
  };
  return { clock, catalog, book, decisions, neighbors, analytics, write };
}

describe('AnalyticsService.capacity', () => {
  it('predicts the wait now and with the agents that it takes', async () => {
    const { analytics, write } = build();
    await write(60, 85, () => 2_000);
    const report = await analytics.capacity('writing', { addAgents: 1, hours: 1 });
    expect(report).toMatchObject({
      verdict: 'predicted',
      agents: 2,
      servers: 3,
      target: { waitMs: 2_000, quantile: 0.95 },
      load: { attemptCount: 5_100, meanServiceMs: 2_000, serviceScv: 0, arrivalScv: 0 },
      now: { servers: 3 },
      proposed: { agents: 3 },
      observed: { meanWaitMs: 40 },
      cautions: ['The same agents also serve reading, which the prediction leaves out.'],
    });
  });

  it('knows nothing of what nobody asked for, and refuses what nobody provides', async () => {
    const { analytics } = build();
    expect(await analytics.capacity('reading')).toMatchObject({
      verdict: 'unmeasured',
      agents: 1,
      reason: 'No attempt at "reading" was measured in the last 24 hours.',
    });
    await expect(analytics.capacity('riting')).rejects.toMatchObject({ code: 'CAPABILITY_UNKNOWN' });
  });

  it('counts slots on other nodes, and says that they have lines of their own', async () => {
    const { analytics, neighbors, write } = build();
    const capabilities = [{ name: 'writing', inputTypes: [], outputTypes: [] }];
    const hosted = { version: '1.0.0', isCurrent: true, isAvailable: true, tags: [], capabilities };
    neighbors.hear([
      { ...hosted, name: 'ada', maxConcurrentTasks: 2 },
      { ...hosted, name: 'old' },
      { ...hosted, name: 'off', isAvailable: false, maxConcurrentTasks: 9 },
    ]);
    await write(10, 10, () => 20_000);
    expect(await analytics.capacity('writing', { basis: 'mean' })).toMatchObject({
      agents: 4,
      servers: 6,
      cautions: [
        expect.stringMatching(/^Only 100 attempts/),
        expect.stringMatching(/^There are too few minutes/),
        expect.stringMatching(/^The same agents/),
        expect.stringMatching(/^Each node has a line/),
      ],
    });
  });

  it('says that more may have been asked for where all are busy', async () => {
    const { analytics, write } = build();
    await write(60, 90, () => 2_000);
    const report = await analytics.capacity('writing', { hours: 1 });
    expect(report).toMatchObject({ now: { utilizationRatio: expect.closeTo(1, 1), meanWaitMs: Infinity } });
    expect(report).toMatchObject({
      cautions: expect.arrayContaining([expect.stringMatching(/nearly all busy/)]),
    });
  });

  it.each<[CapacityQuery, string]>([
    [{ hours: 0 }, 'hours is 0; it must be a number from 0.01 to 336.'],
    [{ hours: NaN }, 'hours is NaN'],
    [{ basis: 'worst' as never }, 'basis is worst; it must be one of busiest-hour, mean.'],
    [{ target: { waitMs: 0 } }, 'target.waitMs is 0'],
    [{ target: { waitMs: 1, quantile: 1 } }, 'target.quantile is 1'],
    [{ addAgents: 1e9 }, 'addAgents is 1000000000'],
  ])('refuses %j', async (query, message) => {
    const refusal = { code: 'ANALYTICS_INPUT_INVALID', message: expect.stringContaining(message) };
    await expect(build().analytics.capacity('writing', query)).rejects.toMatchObject(refusal);
  });
});

describe('AnalyticsService.trend', () => {
  it('tells that an agent gets slower', async () => {
    const { analytics, write } = build();
    const random = new SeededRandom(1);
    await write(300, 5, (minute) => 1_000 + (200 * minute) / 300 + 20 * drawNormal(random));
    const report = await analytics.trend({ hours: 5, where: { capability: 'writing' } });
    expect(report.trend!.direction).toBe('rising');
    expect(report.summary).toMatch(/^(?:19|20|21) % slower over 4.9 hours \(95 %: .*\), p < 0.001$/);
    const slow = await analytics.trend({ hours: 5, metric: 'p95-duration', where: { agent: 'ada' } });
    expect(slow.trend!.direction).toBe('rising');
    expect((await analytics.trend({ hours: 5, metric: 'cost' })).trend!.direction).toBe('none');
  });

  it.each([
    [6, 5 * MINUTE_MS],
    [168, HOUR_MS],
    [1_000, 24 * HOUR_MS],
  ])('looks back %d hours in steps of %d ms', async (hours, everyMs) => {
    const { analytics, write } = build();
    await write(120, 2, () => 100);
    const report = await analytics.trend({ hours });
    expect(report.everyMs).toBe(everyMs);
    expect(report.points.length).toBeGreaterThan(0);
  });

  it('is not told from a few points', async () => {
    expect(await build().analytics.trend()).toMatchObject({
      trend: undefined,
      points: [],
      summary: '0 of the at least 5 points that it takes',
    });
  });

  it.each<[TrendQuery, string]>([
    [{ metric: 'mood' as never }, 'metric is mood; it must be one of mean-duration,'],
    [{ hours: 1e6 }, 'hours is 1000000; it must be a number from 0.01 to 9600.'],
    [{ confidence: 1 }, 'confidence is 1'],
  ])('refuses %j', async (query, message) => {
    const refusal = { code: 'ANALYTICS_INPUT_INVALID', message: expect.stringContaining(message) };
    await expect(build().analytics.trend(query)).rejects.toMatchObject(refusal);
  });
});

describe('AnalyticsService.whatIf', () => {
  const AGENTS = [
    { agent: 'ada', costUsd: 0.1, successRatio: 0.95, durationMs: 100 },
    { agent: 'bob', costUsd: 0.02, successRatio: 0.9, durationMs: 300 },
  ];

  /** 1 500 choices by lot in the last hour, and what came of them in the book. */
  function record({ clock, catalog, book, decisions }: ReturnType<typeof build>): void {
    const random = new SeededRandom(4);
    for (let task = 0; task < 1_500; task++) {
      const drawn = drawDecision({ agents: AGENTS, propensities: [0.5, 0.5], random }, clock.now() - task);
      const candidates = drawn.candidates.map((each) => ({ ...each, inFlight: 0, maxConcurrentTasks: 1 }));
      const outcome = { ...drawn.outcome, queuedMs: 0 };
      decisions.record({ ...decisionOf(drawn.taskId), ...drawn, candidates, outcome });
      const [release] = catalog.releasesOf(drawn.chosen.agent);
      book.onAttempt(observationOf({ release: release!, ...drawn.outcome }));
    }
  }

  it('says what the cheaper agent would have saved, and what that does to success', async () => {
    const built = build();
    record(built);
    const report = await built.analytics.whatIf({ choose: 'cheapest', when: { capability: 'writing' } });
    expect(report).toMatchObject({ verdict: 'estimated', taskCount: 1_500, confidence: 0.95 });
    if (report.verdict !== 'estimated') return;
    expect(report.savingPerTaskUsd.low).toBeLessThan(0.04);
    expect(report.savingPerTaskUsd.high).toBeGreaterThan(0.04);
    expect(report.shifts[0]).toMatchObject({ agent: 'bob', policyRatio: 1 });
    expect(await built.analytics.whatIf({ choose: 'fastest' })).toMatchObject({
      shifts: [{ agent: 'ada' }, {}],
    });
  });

  it('switches to nobody who has left, or of whom nothing is known', async () => {
    const built = build();
    record(built);
    const [bob] = built.catalog.releasesOf('bob');
    built.catalog.remove(bob!);
    expect(await built.analytics.whatIf({ choose: 'cheapest', agents: ['bob'] })).toMatchObject({
      refusal: 'nothing-affected',
    });
    const unknown = build();
    unknown.decisions.record(decisionOf('task', { at: unknown.clock.now(), capability: 'writing' }));
    expect(await unknown.analytics.whatIf({ choose: 'most-reliable' })).toMatchObject({
      taskCount: 1,
      refusal: 'nothing-affected',
    });
    const untried = build();
    const candidates = AGENTS.map(({ agent }) => ({
      agent,
      version: '1.0.0',
      inFlight: 0,
      maxConcurrentTasks: 1,
    }));
    const chosen = { agent: 'ada', version: '1.0.0' };
    const outcome = { verdict: 'succeeded', durationMs: 1, queuedMs: 0, costUsd: 0 } as const;
    untried.decisions.record(
      decisionOf('task', { at: untried.clock.now(), capability: 'writing', chosen, candidates, outcome }),
    );
    expect(await untried.analytics.whatIf({ choose: 'most-reliable' })).toMatchObject({
      taskCount: 1,
      affectedCount: 0,
    });
  });

  it.each<[ChoosingPolicy, WhatIfQuery, string]>([
    [{ choose: 'worst' as never }, {}, 'choose is worst'],
    [{ choose: 'any', minSuccessRatio: 2 }, {}, 'minSuccessRatio is 2'],
    [{ choose: 'any', shareRatio: 0 }, {}, 'shareRatio is 0'],
    [{ choose: 'any', weights: { ada: -1 } }, {}, 'weights.ada is -1'],
    [{ choose: 'any' }, { hours: 0 }, 'hours is 0'],
    [{ choose: 'any' }, { confidence: 2 }, 'confidence is 2'],
  ])('refuses %j, %j', async (policy, query, message) => {
    const refusal = { code: 'ANALYTICS_INPUT_INVALID', message: expect.stringContaining(message) };
    await expect(build().analytics.whatIf(policy, query)).rejects.toMatchObject(refusal);
  });
});
