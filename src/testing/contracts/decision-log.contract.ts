import type { Decision, DecisionLog, DecisionQuery } from '../../metrics/index.js';
import { decisionOf } from '../builders/decisions.js';

/**
 * What every {@link DecisionLog} must do. Call it in a spec beside the log.
 *
 * @param createLog makes an empty log that keeps so many decisions
 */
export function describeDecisionLog(createLog: (maxKept: number) => Promise<DecisionLog>): void {
  describe('as a decision log', () => {
    const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    const logOf = async (decisions: readonly Decision[], maxKept = 1_000): Promise<DecisionLog> => {
      const log = await createLog(maxKept);
      for (const decision of decisions) log.record(decision);
      await log.settle();
      return log;
    };
    const tasksIn = async (log: DecisionLog, query: Partial<DecisionQuery> = {}): Promise<number[]> => {
      const found: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await log.list({ limit: 2, ...query, cursor });
        expect(page.items.length).toBeLessThanOrEqual(query.limit ?? 2);
        found.push(...page.items.map(({ taskId }) => Number(taskId.slice(-12))));
        cursor = page.nextCursor;
      }
      return found;
    };
    const numbered = (count: number, given: (number: number) => Partial<Decision> = () => ({})): Decision[] =>
      Array.from({ length: count }, (_, at) => decisionOf(idOf(at), given(at)));

    it('gives a decision back as it was recorded, to the last digit', async () => {
      const decision = decisionOf(idOf(1));
      const log = await logOf([decision]);
      expect(await log.ofTask(idOf(1))).toEqual([decision]);
      expect((await log.list({ limit: 1 })).items).toEqual([decision]);
    });

    it('keeps numbers that JSON has not, and members that are absent', async () => {
      const { runId: _, workflow: _workflow, tenant: _tenant, seed: _seed, ...rest } = decisionOf(idOf(1));
      const decision = { ...rest, evidence: [Infinity, -Infinity, Number.NaN, -0.1] };
      const log = await logOf([decision, { ...rest, taskId: idOf(2), evidence: undefined }]);
      expect(await log.ofTask(idOf(1))).toEqual([decision]);
      expect((await log.ofTask(idOf(2)))[0]?.evidence).toBeUndefined();
    });

    it('tells those of one task in the order of its attempts, also what is not settled yet', async () => {
      const log = await createLog(1_000);
      for (const attempt of [1, 2, 3]) log.record(decisionOf(idOf(7), { attempt }));
      log.record(decisionOf(idOf(8)));
      expect((await log.ofTask(idOf(7))).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(await log.ofTask('nobody')).toEqual([]);
    });

    it('lists newest first, page by page, whatever comes in between', async () => {
      const log = await logOf(numbered(5));
      expect(await tasksIn(log)).toEqual([4, 3, 2, 1, 0]);
      const { items, nextCursor } = await log.list({ limit: 2 });
      expect(items).toHaveLength(2);
      log.record(decisionOf(idOf(9)));
      await log.settle();
      const next = await log.list({ limit: 2, cursor: nextCursor ?? '' });
      expect(next.items.map(({ taskId }) => taskId)).toEqual([idOf(2), idOf(1)]);
      expect((await log.list({ limit: 6 })).nextCursor).toBeNull();
    });

    it('lists only what fits', async () => {
      const log = await logOf(
        numbered(4, (at) => ({
          at: 100 + at,
          capability: at === 1 ? 'other' : 'echo',
          strategy: at === 2 ? 'first' : 'random',
          workflow: at === 3 ? undefined : 'brief',
          tenant: ['odd\u0000', 'acme', 'acme', 'globex'][at],
          chosen: { agent: at === 0 ? 'b' : 'a', version: '1.0.0' },
        })),
      );
      const cases: [Partial<DecisionQuery>, number[]][] = [
        [{ capability: 'other' }, [1]],
        [{ agent: 'b' }, [0]],
        [{ strategy: 'first' }, [2]],
        [{ workflow: 'brief' }, [2, 1, 0]],
        [{ tenant: 'acme' }, [2, 1]],
        [{ tenant: 'globex', workflow: 'brief' }, []],
        [{ tenant: 'odd\u0000' }, [0]],
        [{ fromAt: 101, toAt: 103 }, [2, 1]],
        [{ fromAt: 101, strategy: 'random' }, [3, 1]],
        [{ capability: 'none' }, []],
      ];
      for (const [query, tasks] of cases) expect([query, await tasksIn(log, query)]).toEqual([query, tasks]);
    });

    it('refuses the cursor of another list', async () => {
      const log = await logOf(numbered(1));
      for (const cursor of ['', 'x', '-1', '1.5']) {
        await expect(log.list({ limit: 1, cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      }
    });

    it('forgets the oldest when there are more than it keeps', async () => {
      const log = await logOf(numbered(10), 4);
      expect(await tasksIn(log)).toEqual([9, 8, 7, 6]);
      expect(await log.ofTask(idOf(0))).toEqual([]);
    });

    it('keeps nothing where nothing is to be kept', async () => {
      expect(await tasksIn(await logOf(numbered(3), 0))).toEqual([]);
    });

    it('keeps nothing further once it is closed', async () => {
      const log = await logOf(numbered(2));
      await log.close();
      expect(() => log.record(decisionOf(idOf(5)))).not.toThrow();
      await log.settle();
      expect(await tasksIn(log)).toEqual([1, 0]);
    });
  });
}
