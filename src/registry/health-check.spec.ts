import { Probe, type HealthReport } from '../agents/index.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import type { InstanceSource } from './catalog/release.js';
import { checkHealth, unhealthyReason } from './health-check.js';

const sourceOf = (instance: unknown): InstanceSource => ({
  lifetime: 'shared',
  get: () => instance as object,
});

/** Asks and moves time on until the answer is there. */
async function ask(source: InstanceSource, waitMs = 0) {
  const clock = new VirtualClock(50_000);
  const asked = checkHealth(source, 100, clock);
  await clock.advanceAsync(waitMs);
  const verdict = await asked;
  expect(clock.pendingTimers).toBe(0);
  return verdict;
}

const answering = (answer: unknown) => ask(sourceOf({ healthCheck: () => answer }));

describe('a health check', () => {
  it('finds an agent without one healthy', async () => {
    expect(await ask(sourceOf({}))).toEqual({ healthy: true, checkedAt: 50_000, durationMs: 0 });
    expect(await ask(sourceOf({ healthCheck: 'no function' }))).toMatchObject({ healthy: true });
  });

  it('makes no instance when none could be asked', async () => {
    const get = (): object => {
      throw new TypeError('must not be made');
    };
    expect(await ask({ lifetime: 'per-task', hasHealthCheck: false, get })).toMatchObject({ healthy: true });
  });

  it.each([true, false])('takes the answer %s, at once or later', async (healthy) => {
    expect(await answering(healthy)).toMatchObject({ healthy });
    expect(await answering(Promise.resolve(healthy))).toMatchObject({ healthy });
  });

  it('takes a report with its message and details, and says when it was asked and how long it took', async () => {
    const clock = new VirtualClock(50_000);
    const report = { healthy: false, message: 'no credit left', details: { credit: 0 } };
    const asked = checkHealth(
      sourceOf({ healthCheck: () => clock.delay(40).then(() => report) }),
      100,
      clock,
    );
    await clock.advanceAsync(40);
    expect(await asked).toEqual({ ...report, checkedAt: 50_000, durationMs: 40 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps its verdict when the agent changes its report later', async () => {
    const report = { healthy: true, details: { deep: { credit: 5 } } };
    const verdict = await answering(report);
    report.details.deep.credit = 0;
    expect(verdict.details).toEqual({ deep: { credit: 5 } });
    expect([verdict, verdict.details, verdict.details?.['deep']].map(Object.isFrozen)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it.each([
    [{ healthy: true, message: 7, details: 'much' }],
    [{ healthy: true, message: '', details: [1] }],
    [{ healthy: true, message: undefined, details: { at: 1n } }],
    [{ healthy: true, details: null, checkedAt: 1, surprise: true }],
  ])('leaves out what is no message and no JSON: %#', async (report) => {
    expect(await answering(report)).toEqual({ healthy: true, checkedAt: 50_000, durationMs: 0 });
  });

  it('cuts a message that is longer than people read', async () => {
    const { message } = await answering({ healthy: true, message: 'x'.repeat(5_000) });
    expect(message).toHaveLength(1_000);
  });

  it.each([undefined, null, 'fine', 1, {}, [], { healthy: 'yes' }, { ok: true }])(
    'finds an agent that answers %j unhealthy',
    async (answer) => {
      expect(await answering(answer)).toMatchObject({
        healthy: false,
        message: 'answered neither a boolean nor { healthy: boolean }',
      });
    },
  );

  it('finds an agent unhealthy that throws, rejects, or cannot be made', async () => {
    const boom = (): never => {
      throw new RangeError('boom');
    };
    const getter = Object.defineProperty({}, 'healthCheck', { get: boom });
    const report = Object.defineProperty({}, 'healthy', { get: boom });
    const verdicts = await Promise.all([
      ask(sourceOf({ healthCheck: boom })),
      ask(sourceOf({ healthCheck: async () => boom() })),
      ask({ lifetime: 'per-task', get: boom }),
      ask({ lifetime: 'per-task', get: async () => boom() }),
      ask(sourceOf(getter)),
      answering(report),
    ]);
    for (const verdict of verdicts) expect(verdict).toMatchObject({ healthy: false, message: 'threw: boom' });
    expect(await ask(sourceOf(null))).toMatchObject({ healthy: false });
  });

  it('gives an agent up that hangs, and tells it', async () => {
    let signal: AbortSignal | undefined;
    const healthCheck = (given: AbortSignal): Promise<boolean> => {
      signal = given;
      return new Promise(() => {});
    };
    expect(await ask(sourceOf({ healthCheck }), 100)).toEqual({
      healthy: false,
      message: 'no answer within 100 ms',
      checkedAt: 50_000,
      durationMs: 100,
    });
    expect(signal?.aborted).toBe(true);
  });

  it('gives up an instance that is never made', async () => {
    const source: InstanceSource = { lifetime: 'per-task', get: () => new Promise(() => {}) };
    expect(await ask(source, 100)).toMatchObject({ healthy: false, message: 'no answer within 100 ms' });
  });

  it.each(['resolve', 'reject'] as const)('does not mind a late answer: %s', async (outcome) => {
    let end = (): void => {};
    const healthCheck = () =>
      new Promise<boolean>((resolve, reject) => {
        end = () => (outcome === 'resolve' ? resolve(true) : reject(new RangeError('too late')));
      });
    const verdict = await ask(sourceOf({ healthCheck }), 100);
    end();
    await new VirtualClock().advanceAsync(0);
    expect(verdict.healthy).toBe(false);
  });
});

describe('the reason of a failed check', () => {
  it('is what the check said, cut to what a status history takes', () => {
    expect(unhealthyReason({ healthy: false, message: 'no credit' })).toBe('health check failed: no credit');
    expect(unhealthyReason({ healthy: false })).toBe('health check failed: no reason given');
    expect(unhealthyReason({ healthy: false, message: 'x'.repeat(900) })).toHaveLength(500);
  });
});

describe('probes', () => {
  class Probed {
    healthCheck(): unknown {
      return true;
    }

    @Probe('credential')
    keyIsAccepted(): boolean {
      return true;
    }

    @Probe('dependency')
    indexIsThere(_signal: AbortSignal): boolean | Promise<boolean> {
      return true;
    }
  }
  const without = (instance: object): object => Object.assign(instance, { healthCheck: undefined });

  it('are asked beside the health check, each with a verdict of its own', async () => {
    expect(await ask(sourceOf(new Probed()))).toEqual({
      healthy: true,
      checkedAt: 50_000,
      durationMs: 0,
      probes: [
        { name: 'healthCheck', kind: 'general', healthy: true, durationMs: 0 },
        { name: 'keyIsAccepted', kind: 'credential', healthy: true, durationMs: 0 },
        { name: 'indexIsThere', kind: 'dependency', healthy: true, durationMs: 0 },
      ],
    });
  });

  it('make the agent unhealthy when one says so, and the message names it', async () => {
    class Broken extends Probed {
      override keyIsAccepted(): never {
        throw new RangeError('401');
      }
    }
    const verdict = await ask(sourceOf(new Broken()));
    expect([verdict.healthy, verdict.message]).toEqual([false, 'keyIsAccepted: threw: 401']);
    expect(verdict.probes?.map(({ healthy }) => healthy)).toEqual([true, false, true]);
  });

  it('keep what the others found when one of them hangs, and tell it to stop', async () => {
    let signal: AbortSignal | undefined;
    class Hanging extends Probed {
      override indexIsThere(given: AbortSignal): Promise<boolean> {
        signal = given;
        return new Promise(() => {});
      }
    }
    const verdict = await ask(sourceOf(new Hanging()), 100);
    expect(verdict.message).toBe('indexIsThere: no answer within 100 ms');
    expect(verdict.probes?.filter(({ healthy }) => healthy)).toHaveLength(2);
    expect(signal?.aborted).toBe(true);
  });

  it('can be asked without a health check, and an overriding one may be a probe itself', async () => {
    const alone = await ask(sourceOf(without(new Probed())));
    expect(alone.probes?.map(({ name }) => name)).toEqual(['keyIsAccepted', 'indexIsThere']);
    class Functional {
      @Probe('functional')
      healthCheck(): HealthReport {
        return { healthy: false };
      }
    }
    const verdict = await ask(sourceOf(new Functional()));
    expect(verdict).toMatchObject({
      message: 'healthCheck: no reason given',
      probes: [{ name: 'healthCheck', kind: 'functional' }],
    });
  });

  it('that another value hides are rubbish, not healthy', async () => {
    const verdict = await ask(sourceOf(Object.assign(new Probed(), { keyIsAccepted: 3 })));
    expect(verdict.message).toContain('keyIsAccepted: threw');
  });
});
