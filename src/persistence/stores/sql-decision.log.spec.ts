import { CadreError } from '../../common/index.js';
import { describeDecisionLog } from '../../testing/contracts/decision-log.contract.js';
import { decisionOf } from '../../testing/builders/decisions.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { openDatabase } from '../open-database.js';
import type { Database } from '../sql/database.js';
import { SqlDecisionLog } from './sql-decision.log.js';

const DAY_MS = 86_400_000;

describe('SqlDecisionLog', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['decisions'],
    (database) => {
      const clock = new VirtualClock();
      const logger = new RecordingLogger();
      const open = async (maxKept = 10_000, keepForMs = 36_500 * DAY_MS) => {
        const [one, other = one] = await database.emptied();
        const parts = { clock, logger, maxKept, keepForMs };
        return [new SqlDecisionLog(one, parts), new SqlDecisionLog(other, parts)] as const;
      };

      describeDecisionLog(async (maxKept) => (await open(maxKept))[0]);

      it('writes by itself after a while, for all nodes', async () => {
        const [log, other] = await open();
        for (let task = 0; task < 1_200; task += 1) log.record(decisionOf(`task-${task}`));
        clock.advance(500);
        await log.settle();
        expect((await other.list({ limit: 2_000 })).items).toHaveLength(1_200);
        expect(await other.ofTask('task-1199')).toEqual([decisionOf('task-1199')]);
        await log.close();
        expect(clock.pendingTimers).toBe(0);
      });

      it('forgets what is older than it keeps', async () => {
        const [log] = await open(1, DAY_MS);
        log.record(decisionOf('old', { at: clock.now() - DAY_MS - 1 }));
        await log.settle();
        expect(await log.ofTask('old')).toEqual([]);
      });
    },
  );

  it('tries again what could not be written, and drops the oldest where there is too much', async () => {
    const clock = new VirtualClock();
    const logger = new RecordingLogger();
    let isAway = true;
    const written: unknown[] = [];
    const query = async (text: string, [ids]: unknown[]): Promise<readonly never[]> => {
      if (isAway) throw new CadreError({ code: 'AWAY', kind: 'unavailable', message: 'is away' });
      if (text.includes('insert')) written.push(...(ids as unknown[]));
      return [];
    };
    const parts = { clock, logger, maxKept: 100, keepForMs: DAY_MS };
    const log = new SqlDecisionLog({ query } as unknown as Database, parts);
    for (let task = 0; task < 10_001; task += 1) log.record(decisionOf(`${task}`));
    await log.settle();
    expect(logger.lines).toEqual(['warn choices could not be written']);
    isAway = false;
    await log.close();
    expect([written.length, written[0], written.at(-1)]).toEqual([9_501, '500', '10000']);
  });
});
