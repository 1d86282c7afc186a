import type { ManifestInput } from '../../agents/index.js';
import { SeededRandom } from '../../common/index.js';
import { MemoryStatusHistoryStore } from '../../persistence/index.js';
import { Neighbors, Release } from '../../registry/index.js';
import { registryHarness } from '../../testing/registry-harness.js';
import { manifestOf } from '../../testing/builders/release-builder.js';
import { resolveHealthOptions, type CheckOptions } from '../health.options.js';
import { CheckSchedule } from './check-schedule.js';
import { HealthChecks } from './health-checks.js';

const BEAT_MS = 250;
const ANN = { reason: 'planned', triggeredBy: 'user:ann' } as const;
const hang = (): Promise<never> => new Promise(() => {});

function setUp(given: CheckOptions | false = {}) {
  const harness = registryHarness(new MemoryStatusHistoryStore());
  const { catalog, clock, status } = harness;
  const { checks: options } = resolveHealthOptions({ checks: given });
  const checks = new HealthChecks({ ...harness, neighbors: new Neighbors(), options });
  const schedule = new CheckSchedule({ catalog, checks, clock, random: new SeededRandom(7), options });
  /** Lets time go by as the beat of a process does. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += BEAT_MS) {
      schedule.tick();
      await clock.advanceAsync(BEAT_MS);
    }
  };
  /** An active release; says when it was asked. */
  const enter = async (name: string, answer: () => unknown = () => true, input: ManifestInput = {}) => {
    const askedMs: number[] = [];
    const healthCheck = (): unknown => {
      askedMs.push(clock.monotonicMs());
      return answer();
    };
    const manifest = manifestOf({ name, healthCheckTimeoutMs: 1_000, ...input });
    const live = await status.open(`${name}@1.0.0`, 'active', { reason: 'here', triggeredBy: 'system' });
    const release = new Release(manifest, { lifetime: 'shared', get: () => ({ healthCheck }) }, live);
    catalog.add(release);
    return { release, askedMs };
  };
  return { ...harness, checks, schedule, pass, enter };
}

describe('the schedule', () => {
  it('asks each release in its own interval, more or less', async () => {
    const { enter, pass } = setUp();
    const usual = await enter('ada');
    const often = await enter('bob', () => true, { healthCheckIntervalMs: 1_000 });
    await pass(300_000);
    expect(usual.askedMs.length).toBeGreaterThanOrEqual(9);
    expect(usual.askedMs.length).toBeLessThanOrEqual(11);
    expect(often.askedMs.length).toBeGreaterThan(200);
    const gaps = usual.askedMs.slice(1).map((at, index) => at - usual.askedMs[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(27_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(33_000 + BEAT_MS);
  });

  it('spreads those that came in together', async () => {
    const { enter, pass } = setUp();
    const all = [];
    for (let at = 0; at < 20; at += 1) all.push(await enter(`a${at}`));
    await pass(30_000);
    const firsts = all.map(({ askedMs: [first = 0] }) => Math.floor(first / 10_000));
    expect(new Set(firsts)).toEqual(new Set([0, 1, 2]));
  });

  it('asks side by side, so that one that hangs holds up no other', async () => {
    const { enter, pass } = setUp({ intervalMs: 1_000, failureThreshold: 1 });
    const hanging = await enter('ada', hang);
    const well = await enter('bob');
    await pass(10_000);
    expect(hanging.release.status).toBe('failed');
    expect(well.askedMs.length).toBeGreaterThanOrEqual(8);
  });

  it('begins no check of a release while its last one is under way, nor while the code of that still runs', async () => {
    const { enter, pass, status } = setUp({ intervalMs: 1_000, failureThreshold: 3 });
    const { release, askedMs } = await enter('ada', hang);
    await pass(1_250);
    expect(askedMs).toHaveLength(1);
    await pass(6_000);
    expect(askedMs).toHaveLength(1);
    expect(release.status).toBe('failed');
    const { items } = await status.history(release.id);
    expect(items[0]?.reason).toBe('health check failed: the check before it has not ended yet');
  });

  it('takes time to believe bad news, and forgives one blip', async () => {
    const answers = [false, false, true, false, false, false];
    const { enter, pass } = setUp({ intervalMs: 1_000, jitterRatio: 0 });
    const { release, askedMs } = await enter('ada', () => answers.shift());
    await pass(5_750);
    expect([askedMs.length >= 5, release.status]).toEqual([true, 'active']);
    await pass(1_500);
    expect([askedMs.length, release.status]).toEqual([6, 'failed']);
  });

  it('heeds the thresholds of the agent itself', async () => {
    const { enter, pass } = setUp({ intervalMs: 1_000 });
    const { release, askedMs } = await enter('ada', () => false, { healthCheckFailureThreshold: 1 });
    await pass(1_500);
    expect([askedMs.length, release.status]).toEqual([1, 'failed']);
  });

  it.each(['inactive', 'maintenance'] as const)('asks nobody who is %s, and wakes nobody', async (to) => {
    const { enter, pass, status, schedule } = setUp({ intervalMs: 1_000 });
    const { release, askedMs } = await enter('ada');
    await pass(500);
    await status.change(release.id, to, ANN);
    const before = askedMs.length;
    await pass(10_000);
    expect([askedMs.length, release.status, schedule.dueInMs(release)]).toEqual([before, to, undefined]);
  });

  it('goes on with one that is active again', async () => {
    const { enter, pass, status } = setUp({ intervalMs: 1_000 });
    const { release, askedMs } = await enter('ada');
    await status.change(release.id, 'inactive', ANN);
    await pass(5_000);
    await status.change(release.id, 'active', ANN);
    await pass(5_000);
    expect(askedMs.length).toBeGreaterThan(2);
  });

  it('does not mind a clock that is set', async () => {
    const { enter, pass, clock, checks } = setUp({ intervalMs: 1_000, failureThreshold: 2 });
    const answers = [true, true];
    const { release, askedMs } = await enter('ada', () => answers.shift() ?? false);
    await pass(1_250);
    clock.jumpTo(Date.UTC(2020, 0, 1));
    await pass(1_500);
    const asked = askedMs.length;
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(release.health?.checkedAt).toBeLessThan(Date.UTC(2021, 0, 1));
    clock.jumpTo(Date.UTC(2040, 0, 1));
    await pass(3_000);
    expect([release.status, checks.failuresOf(release) >= 2]).toEqual(['failed', true]);
  });

  it('goes on when a verdict cannot be recorded', async () => {
    const { enter, pass, store, logger } = setUp({ intervalMs: 1_000, failureThreshold: 1 });
    const { release } = await enter('ada', () => false);
    store.failNextAppend(new TypeError('disk full'));
    await pass(1_250);
    expect(release.status).toBe('active');
    expect(logger.lines).toContain('error the verdict of a health check could not be recorded');
    await pass(1_500);
    expect(release.status).toBe('failed');
  });

  it('says when a release is due', async () => {
    const { enter, pass, schedule } = setUp();
    const { release } = await enter('ada');
    expect(schedule.dueInMs(release)).toBeUndefined();
    await pass(BEAT_MS);
    expect(schedule.dueInMs(release)).toBeLessThanOrEqual(30_000);
  });

  it('does nothing when it is off', async () => {
    const { enter, pass } = setUp(false);
    const { askedMs } = await enter('ada');
    await pass(60_000);
    expect(askedMs).toEqual([]);
  });
});
