import { HOUR_MS, DAY_MS, MINUTE_MS } from '../../metrics/index.js';
import { describePerformanceStore, measuresOf } from '../../testing/contracts/performance-store.contract.js';
import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { openDatabase } from '../open-database.js';
import { SqlPerformanceStore } from './sql-performance.store.js';

const RETENTION = { minuteMs: HOUR_MS, hourMs: DAY_MS, dayMs: 30 * DAY_MS };

describe('SqlPerformanceStore', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['attempt_measures', 'attempt_folds'],
    (database) => {
      const createStores = async () => {
        const [one, other = one] = await database.emptied();
        const open = (node: typeof one) => SqlPerformanceStore.open(node, testParts());
        return [await open(one), await open(other)] as const;
      };

      describePerformanceStore(createStores);

      it('never counts twice what one node writes while another puts it together', async () => {
        const [one, other] = await createStores();
        const at = Math.floor((one.clock.now() - 3 * HOUR_MS) / MINUTE_MS) * MINUTE_MS;
        const series = { release: 'a@1.0.0', capability: 'b', inputType: 'c', workflow: '', tenant: '' };
        // A node that was paused goes on to write the whole of an old minute, while it is put together.
        let accepted = 0;
        const write = async (count: number): Promise<void> => {
          const refused = await other.write('late', [{ at, series, measures: measuresOf(count) }]);
          if (refused === 0) accepted = count;
        };
        for (let count = 1; count <= 5; count += 1) await write(count);
        const writeOn = async (): Promise<void> => {
          for (let count = 6; count <= 20; count += 1) await write(count);
        };
        await Promise.all([writeOn(), one.fold(RETENTION)]);
        const [group] = await one.read({ fromAt: 0, toAt: at + DAY_MS, by: [] });
        expect(accepted).toBeGreaterThanOrEqual(5);
        expect(group!.measures.succeeded).toBe(accepted);
      });
    },
  );
});
