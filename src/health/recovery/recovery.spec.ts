import { MemoryStatusHistoryStore } from '../../persistence/index.js';
import { AgentUnregistered } from '../../registry/index.js';
import { StatusService } from '../../status/index.js';
import { settle } from '../../testing/registry-harness.js';
import { RecoveryEnded } from '../health.events.js';
import { BEAT_MS, MONITOR, hang, recoveryNode } from '../../testing/setups/recovery-node.js';
import type { RecoveryOptions } from '../health.options.js';

const node = (given?: RecoveryOptions | false, history = new MemoryStatusHistoryStore()) =>
  recoveryNode(history, given);

describe('recovery', () => {
  it('brings a release back through maintenance, by recover() and a health check', async () => {
    const deeds: string[] = [];
    const bench = node();
    const release = await bench.enter({
      recover: () => void deeds.push(`recover in ${release.status}`),
      healthCheck: () => deeds.push(`check in ${release.status}`) > 0,
    });
    await bench.fail(release);
    await bench.pass(9_750);
    expect([release.status, deeds]).toEqual(['failed', []]);
    await bench.pass(1_000);
    expect([release.status, release.isUnwell]).toEqual(['active', false]);
    expect(deeds).toEqual(['recover in maintenance', 'check in maintenance']);
    expect((await bench.entries()).slice(2)).toEqual([
      'changed maintenance: recovery, attempt 1 of 5',
      'changed active: recovery, attempt 1 of 5: it is well again',
    ]);
    expect(bench.ended).toEqual(['1: recovered']);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('is tried again after longer and longer waits, and given up for a person after so many', async () => {
    const bench = node({ maxAttempts: 3, delayMs: 1_000, maxDelayMs: 3_000 });
    const release = await bench.enter({ healthCheck: () => ({ healthy: false, message: 'no credit' }) });
    await bench.fail(release);
    const at: number[] = [];
    bench.events.subscribe(RecoveryEnded, () => void at.push(bench.clock.monotonicMs()));
    await bench.pass(500);
    expect(bench.recovery.stateOf(release)).toMatchObject({ attempts: 0, maxAttempts: 3, isUnderWay: false });
    await bench.pass(20_000);
    expect(at.map((ms, index) => ms - (at[index - 1] ?? 0))).toEqual([1_000, 2_000, 3_000]);
    expect(bench.ended).toEqual(['1: no credit', '2: no credit', '3: no credit, given up']);
    expect(release.status).toBe('failed');
    expect((await bench.entries()).at(-1)).toBe(
      'changed failed: recovery, attempt 3 of 3 failed: no credit; there will be no further one, a person has to look',
    );
    expect(bench.recovery.stateOf(release)).toEqual({
      attempts: 3,
      maxAttempts: 3,
      isUnderWay: false,
      isGivenUp: true,
      nextInMs: undefined,
    });
  });

  it.each([
    ['throws', () => Promise.reject(new RangeError('no way')), 'recover() threw: no way'],
    ['hangs', hang, 'recover() did not end within 2000 ms'],
  ])('contains a recover() that %s', async (_, recover, problem) => {
    const bench = node({ delayMs: 1_000, recoverTimeoutMs: 2_000, maxAttempts: 1 });
    const release = await bench.enter({ recover });
    await bench.fail(release);
    await bench.pass(5_000);
    expect([release.status, bench.ended]).toEqual(['failed', [`1: ${problem}, given up`]]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('contains an agent that cannot be made, and one whose check says nothing', async () => {
    const bench = node({ delayMs: 1_000, maxAttempts: 1 });
    const release = await bench.enter({ healthCheck: () => ({ healthy: false }) });
    await bench.fail(release);
    await bench.pass(2_000);
    expect(bench.ended).toEqual(['1: its health check failed without a reason, given up']);
  });

  it('asks as often in a row as the agent has to be well', async () => {
    const answers = [true, true, false, true, true, true];
    const bench = node({ delayMs: 1_000, probeIntervalMs: 500 });
    const release = await bench.enter(
      { healthCheck: () => answers.shift() },
      { healthCheckSuccessThreshold: 3 },
    );
    await bench.fail(release);
    await bench.pass(3_000);
    expect(bench.ended).toEqual(['1: its health check failed without a reason']);
    await bench.pass(5_000);
    expect([release.status, release.isUnwell, answers]).toEqual(['active', false, []]);
  });

  it('counts on while a release fails again soon, and anew when it has been well for long', async () => {
    const bench = node({ delayMs: 1_000, resetAfterMs: 60_000 });
    const release = await bench.enter();
    for (let round = 0; round < 2; round += 1) {
      await bench.fail(release);
      await bench.pass(5_000);
    }
    expect(bench.ended).toEqual(['1: recovered', '2: recovered']);
    await bench.pass(70_000);
    expect(bench.recovery.stateOf(release)).toBeUndefined();
    await bench.fail(release);
    await bench.pass(5_000);
    expect(bench.ended.at(-1)).toBe('1: recovered');
  });

  it('waits for nothing where only another node found the release broken', async () => {
    const bench = node();
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.pass(1_000);
    expect(release.status).toBe('active');
  });

  it('mends the instances of this node without a change of status where the release is in service', async () => {
    const bench = node({ delayMs: 1_000 });
    let recovered = 0;
    const release = await bench.enter({ recover: () => (recovered += 1) });
    release.isUnwell = true;
    await bench.pass(2_000);
    expect([release.status, release.isUnwell, recovered]).toEqual(['active', false, 1]);
    expect(await bench.entries()).toHaveLength(1);
  });

  it('does nothing when it is off, nor for what is about to leave', async () => {
    const off = node(false);
    await off.fail(await off.enter());
    await off.pass(60_000);
    expect(off.ended).toEqual([]);
    const bench = node({ delayMs: 1_000 });
    const leaving = await bench.enter();
    await bench.fail(leaving);
    leaving.isDraining = true;
    await bench.pass(5_000);
    expect(bench.ended).toEqual([]);
  });

  it('reports that a status cannot be recorded, and tries again', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter();
    await bench.fail(release);
    bench.store.failNextAppend(new TypeError('disk full'));
    await bench.pass(1_500);
    expect([release.status, bench.logger.lines]).toEqual([
      'failed',
      ['error a recovery could not be recorded'],
    ]);
    await bench.pass(2_000);
    expect(release.status).toBe('active');
  });
});

describe('the end of a recovery', () => {
  it('is waited for when the process stops, and its release is failed then', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter({ recover: hang });
    await bench.fail(release);
    await bench.pass(2_000);
    await bench.recovery.close();
    expect(release.status).toBe('failed');
    expect((await bench.entries()).at(-1)).toContain('given up: the process is about to stop');
    const restarted = new StatusService(bench.clock, bench.events, bench.store);
    const opening = { reason: 'registered', triggeredBy: 'system' } as const;
    expect(await restarted.open(release.id, 'active', opening)).toMatchObject({ status: 'active' });
  });

  it('comes when its release is unregistered', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter({ recover: hang });
    await bench.fail(release);
    await bench.pass(2_000);
    bench.catalog.remove(release);
    bench.events.publish(AgentUnregistered, { release, reason: 'gone' });
    await settle();
    expect(bench.ended).toEqual(['1: The recovery of ada@1.0.0 was given up: it was unregistered.']);
  });

  it('is made by another node when the one that recovers has died over it', async () => {
    const bench = node({ delayMs: 1_000, recoverTimeoutMs: 5_000 });
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.status.change(release.id, 'maintenance', MONITOR);
    await bench.pass(20_000);
    expect(release.status).toBe('maintenance');
    await bench.pass(5_000);
    expect(release.status).toBe('active');
    expect(await bench.entries()).toContain('changed failed: a recovery did not come to its end');
  });

  it('goes unnoticed by nobody when it cannot be recorded', async () => {
    const bench = node({ delayMs: 1_000, recoverTimeoutMs: 5_000 });
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.status.change(release.id, 'maintenance', MONITOR);
    await bench.pass(22_000);
    bench.store.failNextAppend(new TypeError('disk full'));
    await bench.pass(1_000);
    expect(bench.logger.lines).toEqual(['error a recovery could not be ended']);
  });

  it('is not theirs to make who see it end in time', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.status.change(release.id, 'maintenance', MONITOR);
    await bench.pass(20_000);
    await bench.status.change(release.id, 'active', MONITOR);
    await bench.pass(BEAT_MS);
    expect([release.status, bench.recovery.stateOf(release)]).toEqual(['active', undefined]);
  });
});
