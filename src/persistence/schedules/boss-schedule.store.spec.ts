import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { openDatabase } from '../open-database.js';
import { BossScheduleStore } from './boss-schedule.store.js';

const DAILY = { id: 'daily', workflow: 'flow', cron: '0 9 * * *', timezone: 'Europe/Berlin', createdAt: 1 };

describe('BossScheduleStore', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['workflows'],
    ({ emptied }) => {
      it('keeps schedules for the next process, in place of those of the same id', async () => {
        const [database] = await emptied();
        const store = new BossScheduleStore(database, testParts());
        await store.open(async () => {});
        await store.put({ ...DAILY, input: { topic: 'AI' } });
        await store.put({ ...DAILY, id: 'another' });
        await store.put({ ...DAILY, cron: '30 8 * * 1', input: [1] });
        await store.close();
        const next = new BossScheduleStore(database, testParts());
        await next.open(async () => {});
        expect(await next.all()).toEqual([
          { ...DAILY, id: 'another' },
          { ...DAILY, cron: '30 8 * * 1', input: [1] },
        ]);
        expect([await next.remove('daily'), await next.remove('daily')]).toEqual([true, false]);
        expect(await next.all()).toEqual([{ ...DAILY, id: 'another' }]);
        await next.close();
      });
    },
  );
});
