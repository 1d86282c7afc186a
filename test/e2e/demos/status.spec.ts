import { Test } from '@nestjs/testing';
import { Agent, AgentRegistry, CadreModule, Clock, StatusService, type HealthCheckable } from 'cadre';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';

const MINUTE_MS = 60_000;
const START_AT = Date.UTC(2030, 0, 1, 9);

/** An agent that is well until somebody breaks it. */
class Breakable implements HealthCheckable {
  isBroken = false;

  execute(): string {
    return 'done';
  }

  healthCheck() {
    return this.isBroken ? { healthy: false, message: 'the index is corrupt' } : { healthy: true };
  }
}

@Agent('research', { name: 'research_agent' })
class ResearchAgent extends Breakable {}

@Agent('write', { name: 'writer_agent' })
class WriterAgent extends Breakable {}

@Agent('send', { name: 'email_agent' })
class EmailAgent extends Breakable {}

async function boot() {
  const clock = new VirtualClock(START_AT);
  const app = await Test.createTestingModule({
    imports: [CadreModule.forRoot({})],
    providers: [ResearchAgent, WriterAgent, EmailAgent],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  await app.init();
  const registry = app.get(AgentRegistry);
  const by = (reason: string) => ({ reason, triggeredBy: 'user:admin' }) as const;
  return { app, clock, registry, by, statuses: app.get(StatusService), research: app.get(ResearchAgent) };
}

/**
 * One hour in the life of three agents, in minutes: at 10 the writer goes to maintenance, at 15 research breaks and is found
 * out, at 30 it is repaired, at 36 both are back.
 */
async function liveOneHour() {
  const life = await boot();
  const { clock, registry, by, research } = life;
  const available: string[][] = [];
  const look = () => available.push(registry.list({ available: true }).map(({ name }) => name));
  look();
  await clock.advanceAsync(10 * MINUTE_MS);
  await registry.setStatus('writer_agent', 'maintenance', by('scheduled update'));
  look();
  await clock.advanceAsync(5 * MINUTE_MS);
  research.isBroken = true;
  const check = await registry.checkHealth('research_agent');
  look();
  await clock.advanceAsync(15 * MINUTE_MS);
  research.isBroken = false;
  const shortcut = await registry
    .setStatus('research_agent', 'active', by('too fast'))
    .catch((error) => error);
  await registry.setStatus('research_agent', 'maintenance', by('repair'));
  await clock.advanceAsync(6 * MINUTE_MS);
  await registry.setStatus('research_agent', 'active', by('repaired'));
  await registry.setStatus('writer_agent', 'active', by('update is through'));
  look();
  await clock.advanceAsync(24 * MINUTE_MS);
  return { ...life, available, check, shortcut };
}

describe('the status demo', () => {
  const living = liveOneHour();
  afterAll(async () => (await living).app.close());

  it('offers the agents that are active, and only those', async () => {
    expect((await living).available).toEqual([
      ['research_agent', 'writer_agent', 'email_agent'],
      ['research_agent', 'email_agent'],
      ['email_agent'],
      ['research_agent', 'writer_agent', 'email_agent'],
    ]);
  });

  it('finds the broken agent by its health check', async () => {
    const { check } = await living;
    expect(check).toMatchObject({ isChecked: true, agent: { status: 'failed', isAvailable: false } });
    expect(check.health).toMatchObject({
      healthy: false,
      message: 'the index is corrupt',
      checkedAt: START_AT + 15 * MINUTE_MS,
    });
  });

  it('lets a failed agent back only by way of maintenance', async () => {
    expect((await living).shortcut).toMatchObject({
      code: 'STATUS_TRANSITION_ILLEGAL',
      kind: 'conflict',
      details: { from: 'failed', to: 'active', allowed: ['maintenance', 'inactive'] },
    });
  });

  it('tells the last three transitions of the repaired agent, newest first', async () => {
    const { statuses } = await living;
    const { items } = await statuses.history('research_agent@1.0.0', { kinds: ['changed'], limit: 3 });
    const told = items.map(
      (entry) =>
        entry.kind === 'changed' && [
          entry.from,
          entry.to,
          entry.reason,
          (entry.at - START_AT) / MINUTE_MS,
          entry.triggeredBy,
        ],
    );
    expect(told).toEqual([
      ['maintenance', 'active', 'repaired', 36, 'user:admin'],
      ['failed', 'maintenance', 'repair', 30, 'user:admin'],
      ['active', 'failed', 'health check failed: the index is corrupt', 15, 'health-monitor'],
    ]);
  });

  it('keeps the refused shortcut in the history', async () => {
    const { statuses } = await living;
    const { items } = await statuses.history('research_agent@1.0.0', { kinds: ['refused'] });
    expect(items).toMatchObject([{ from: 'failed', to: 'active', at: START_AT + 30 * MINUTE_MS }]);
  });

  it.each([
    // 15 minutes up, 15 failed, 6 in repair, 24 up; one outage of 21 minutes.
    {
      agent: 'research_agent',
      minutes: { up: 39, planned: 6, unplanned: 15 },
      uptimeRatio: 0.65,
      statusChanges: 3,
      outages: 1,
      mtbfMs: 39 * MINUTE_MS,
      mttrMs: 21 * MINUTE_MS,
    },
    // 10 minutes up, 26 in maintenance, 24 up; nothing ever failed.
    {
      agent: 'writer_agent',
      minutes: { up: 34, planned: 26, unplanned: 0 },
      uptimeRatio: 34 / 60,
      statusChanges: 2,
      outages: 0,
      mtbfMs: null,
      mttrMs: null,
    },
    {
      agent: 'email_agent',
      minutes: { up: 60, planned: 0, unplanned: 0 },
      uptimeRatio: 1,
      statusChanges: 0,
      outages: 0,
      mtbfMs: null,
      mttrMs: null,
    },
  ])('measures the uptime of $agent from its registration on', async ({ agent, minutes, ...rest }) => {
    const { statuses, clock } = await living;
    expect(await statuses.uptime(`${agent}@1.0.0`)).toEqual({
      windowStartAt: START_AT,
      windowEndAt: clock.now(),
      upMs: minutes.up * MINUTE_MS,
      plannedDownMs: minutes.planned * MINUTE_MS,
      unplannedDownMs: minutes.unplanned * MINUTE_MS,
      offMs: 0,
      unobservedMs: 0,
      ...rest,
    });
    expect(minutes.up + minutes.planned + minutes.unplanned).toBe((clock.now() - START_AT) / MINUTE_MS);
  });

  it('measures a shorter window by what happened in it', async () => {
    const { statuses } = await living;
    // The last half hour begins when the repair does.
    const uptime = await statuses.uptime('research_agent@1.0.0', { hours: 0.5 });
    expect(uptime).toMatchObject({
      upMs: 24 * MINUTE_MS,
      plannedDownMs: 6 * MINUTE_MS,
      unplannedDownMs: 0,
      uptimeRatio: 0.8,
    });
  });

  it('leaves no timer behind', async () => {
    const { app, clock } = await living;
    await app.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
