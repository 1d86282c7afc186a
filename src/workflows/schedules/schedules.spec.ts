import { CadreError, SilentLogger, type Logger } from '../../common/index.js';
import { MemoryScheduleStore } from '../../persistence/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { TrustingPreparation } from '../../testing/workflows/run-engine.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { Schedules } from './schedules.js';

const HOUR_MS = 3_600_000;
const DAILY = {
  id: 'daily',
  workflow: 'flow',
  cron: '0 9 * * *',
  timezone: 'Europe/Berlin',
  input: { topic: 'AI' },
};

class KnowingPreparation extends TrustingPreparation {
  override async prepare(source: never, input: unknown) {
    if (source !== 'flow')
      throw new CadreError({ code: 'WORKFLOW_UNKNOWN', kind: 'not-found', message: 'unknown' });
    return super.prepare([{ id: 'a', capability: 'a' }], input);
  }
}

async function build(startAt: string, logger: Logger = new SilentLogger()) {
  const clock = new VirtualClock(Date.parse(startAt));
  const store = new MemoryScheduleStore(clock);
  const started: unknown[][] = [];
  const runs = {
    start: async (...args: unknown[]) => {
      started.push([new Date(clock.now()).toISOString(), ...args]);
      if (args[1] === 'broken') throw new Error('no');
      return undefined as never;
    },
  };
  const preparation = new KnowingPreparation();
  const schedules = new Schedules({ store, preparation, runs, clock, logger });
  await schedules.open();
  return { clock, schedules, started };
}

describe('Schedules', () => {
  it('start their workflow when it is time in their own time zone, each occurrence under a key of its own', async () => {
    const { clock, schedules, started } = await build('2026-03-27T12:00:00Z');
    const kept = await schedules.put(DAILY);
    expect(new Date(kept.nextAt).toISOString()).toBe('2026-03-28T08:00:00.000Z');
    await clock.advanceAsync(48 * HOUR_MS);
    // The night between the two is the one in which Berlin puts its clocks forward.
    expect(started.map(([at]) => at)).toEqual(['2026-03-28T08:00:00.000Z', '2026-03-29T07:00:00.000Z']);
    expect(started[0]?.slice(1)).toEqual([
      'flow',
      { topic: 'AI' },
      { idempotencyKey: `schedule:daily:${Date.parse('2026-03-28T08:00:00Z')}` },
    ]);
    await schedules.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('replace each other by id, and end when they are removed', async () => {
    const { clock, schedules, started } = await build('2026-01-01T00:00:00Z');
    await schedules.put(DAILY);
    await schedules.put({ ...DAILY, cron: '0 12 * * *', timezone: undefined });
    expect(await schedules.list()).toMatchObject([
      { id: 'daily', timezone: 'UTC', nextAt: Date.parse('2026-01-01T12:00:00Z') },
    ]);
    await clock.advanceAsync(13 * HOUR_MS);
    await schedules.remove('daily');
    await clock.advanceAsync(48 * HOUR_MS);
    expect(started).toHaveLength(1);
    await expect(schedules.remove('daily')).rejects.toMatchObject({ code: 'SCHEDULE_UNKNOWN' });
    await expect(schedules.get('daily')).rejects.toMatchObject({ code: 'SCHEDULE_UNKNOWN' });
  });

  it.each([
    ['id', { id: 'Not a name' }, 'SCHEDULE_INVALID'],
    ['four fields', { cron: '0 9 * *' }, 'SCHEDULE_INVALID'],
    ['six fields', { cron: '0 0 9 * * *' }, 'SCHEDULE_INVALID'],
    ['a field out of its range', { cron: '61 9 * * *' }, 'SCHEDULE_INVALID'],
    ['a day that never comes', { cron: '0 0 31 2 *' }, 'SCHEDULE_INVALID'],
    ['a minute by chance, another one each time', { cron: 'H 9 * * *' }, 'SCHEDULE_INVALID'],
    ['a time zone that is none', { timezone: 'Berlin' }, 'SCHEDULE_INVALID'],
    ['a workflow that nobody knows', { workflow: 'nothing' }, 'WORKFLOW_UNKNOWN'],
  ])('are refused for %s', async (_, change, code) => {
    const { schedules } = await build('2026-01-01T00:00:00Z');
    await expect(schedules.put({ ...DAILY, ...change })).rejects.toMatchObject({ code });
    expect(await schedules.list()).toEqual([]);
  });

  it('go on after a start that failed, and tell of it', async () => {
    const logger = new RecordingLogger();
    const { clock, schedules, started } = await build('2026-01-01T00:00:00Z', logger);
    await schedules.put({ ...DAILY, input: 'broken' });
    await clock.advanceAsync(48 * HOUR_MS);
    expect(started).toHaveLength(2);
    const line = 'error a scheduled workflow could not be started';
    expect(logger.lines).toEqual([line, line]);
  });
});
