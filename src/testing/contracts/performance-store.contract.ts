import {
  DAY_MS,
  HOUR_MS,
  Measures,
  MINUTE_MS,
  type MeasuredMinute,
  type MeasuresGroup,
  type MeasuresQuery,
  type PerformanceStore,
  type Retention,
  type Series,
} from '../../metrics/index.js';

const SERIES: Series = {
  release: 'writer@1.0.0',
  capability: 'writing',
  inputType: 'text',
  workflow: '',
  tenant: '',
};
const RETENTION: Retention = { minuteMs: 6 * HOUR_MS, hourMs: 14 * DAY_MS, dayMs: 400 * DAY_MS };
const COST_USD = 0.25;

/** Measures of so many successes of 100 ms, and of failures of 900 ms by a timeout. */
export function measuresOf(succeeded: number, failed = 0): Measures {
  const measures = new Measures();
  const figures = { queuedMs: 5, costUsd: COST_USD, inputTokens: 10, outputTokens: 20 };
  for (let done = 0; done < succeeded; done += 1) {
    measures.record({ ...figures, verdict: 'succeeded', durationMs: 100 }, false);
  }
  for (let done = 0; done < failed; done += 1) {
    measures.record({ ...figures, verdict: 'failed', errorKind: 'timeout', durationMs: 900 }, true);
  }
  return measures;
}

/** All that measures hold, in an order that does not depend on that of its making. */
const told = (measures: Measures) => ({
  ...measures.sums,
  counters: measures.counters().toSorted(([a], [b]) => a - b),
});

/** In an order that does not depend on that in which they came. */
const sorted = <T>(items: readonly T[]): T[] =>
  items.toSorted((one, other) => (String(one) < String(other) ? -1 : 1));

/**
 * What every {@link PerformanceStore} must do. Call it in a spec beside the store.
 *
 * @param createStores makes an empty store; where each node has one of its own, gives a second view of the same, as another node
 * has it
 */
export function describePerformanceStore(
  createStores: () => Promise<readonly [store: PerformanceStore, other?: PerformanceStore]>,
): void {
  describe('as a performance store', () => {
    const prepare = async () => {
      const [store, other = store] = await createStores();
      const nowAt = store.clock.now();
      /** The minute that began so long before the present one. */
      const minute = (agoMs: number, measures: Measures, series: Partial<Series> = {}): MeasuredMinute => ({
        at: Math.floor((nowAt - agoMs) / MINUTE_MS) * MINUTE_MS,
        series: { ...SERIES, ...series },
        measures,
      });
      const read = (query: Partial<MeasuresQuery> = {}, from = other): Promise<readonly MeasuresGroup[]> =>
        from.read({ fromAt: 0, toAt: nowAt + MINUTE_MS, by: [], ...query });
      return { store, other, nowAt, minute, read };
    };

    it('knows nothing of what nobody measured', async () => {
      const { read } = await prepare();
      expect(await read()).toEqual([]);
      expect(await read({ by: ['release'] })).toEqual([]);
    });

    it('gives back all that was measured', async () => {
      const { store, minute, read } = await prepare();
      expect(await store.write('a', [minute(0, measuresOf(3, 2))])).toBe(0);
      const [group] = await read();
      expect(group).toMatchObject({ key: {}, at: 0 });
      expect(told(group!.measures)).toEqual(told(measuresOf(3, 2)));
      expect([...group!.measures.errorKinds]).toEqual([['timeout', 2]]);
    });

    it('takes what a writer says of a minute in place of what it said before', async () => {
      const { store, minute, read } = await prepare();
      await store.write('a', [minute(0, measuresOf(3))]);
      await store.write('a', [minute(0, measuresOf(5, 1))]);
      await store.write('a', [minute(0, measuresOf(5, 1))]);
      expect(told((await read())[0]!.measures)).toEqual(told(measuresOf(5, 1)));
    });

    it('adds up what several writers measured', async () => {
      const { store, other, minute, read } = await prepare();
      await Promise.all([
        store.write('a', [minute(0, measuresOf(3)), minute(MINUTE_MS, measuresOf(1))]),
        other.write('b', [minute(0, measuresOf(0, 4))]),
      ]);
      expect(told((await read())[0]!.measures)).toEqual(told(measuresOf(4, 4)));
      const byWriter = await read({ by: ['writer'] });
      expect(sorted(byWriter.map(({ key, measures }) => [key.writer, measures.attempts]))).toEqual([
        ['a', 4],
        ['b', 4],
      ]);
    });

    it('does not keep what it was given: what is measured later is not written yet', async () => {
      const { store, minute, read } = await prepare();
      const measures = measuresOf(1);
      await store.write('a', [minute(0, measures)]);
      measures.merge(measuresOf(5));
      expect((await read())[0]!.measures.succeeded).toBe(1);
    });

    it('groups by names, and by the agent of releases', async () => {
      const { store, minute, read } = await prepare();
      await store.write('a', [
        minute(0, measuresOf(1), { tenant: 'acme', workflow: 'brief' }),
        minute(0, measuresOf(2), { release: 'writer@2.0.0', tenant: 'acme' }),
        minute(0, measuresOf(4), { release: 'reader@1.0.0', capability: 'reading', inputType: 'page' }),
      ]);
      const countsBy = async (by: MeasuresQuery['by']): Promise<unknown[]> =>
        sorted((await read({ by })).map(({ key, measures }) => [...Object.values(key), measures.attempts]));
      expect(await countsBy(['agent'])).toEqual([
        ['reader', 4],
        ['writer', 3],
      ]);
      expect(await countsBy(['tenant', 'workflow'])).toEqual([
        ['', '', 4],
        ['acme', '', 2],
        ['acme', 'brief', 1],
      ]);
      expect(await countsBy(['release', 'capability', 'inputType'])).toEqual([
        ['reader@1.0.0', 'reading', 'page', 4],
        ['writer@1.0.0', 'writing', 'text', 1],
        ['writer@2.0.0', 'writing', 'text', 2],
      ]);
    });

    it('filters by names', async () => {
      const { store, minute, read } = await prepare();
      await store.write('a', [
        minute(0, measuresOf(1), { tenant: 'acme' }),
        minute(0, measuresOf(2), { release: 'writer@2.0.0' }),
        minute(0, measuresOf(4), { release: 'reader@1.0.0' }),
      ]);
      const countOf = async (where: MeasuresQuery['where']): Promise<number | undefined> =>
        (await read({ where }))[0]?.measures.attempts;
      expect(await countOf({ agent: 'writer' })).toBe(3);
      expect(await countOf({ release: 'writer@2.0.0', tenant: undefined })).toBe(2);
      expect(await countOf({ agent: 'writer', tenant: 'acme' })).toBe(1);
      expect(await countOf({ tenant: '' })).toBe(6);
      expect(await countOf({ tenant: `'; drop table cadre.attempt_measures; --` })).toBeUndefined();
    });

    it('groups by time', async () => {
      const { store, minute, read } = await prepare();
      const minutes = [0, 1, 2, 3].map((ago) => minute(ago * MINUTE_MS, measuresOf(1)));
      await store.write('a', minutes);
      const byMinute = await read({ everyMs: MINUTE_MS });
      expect(sorted(byMinute.map(({ at }) => at))).toEqual(sorted(minutes.map(({ at }) => at)));
      const byDay = await read({ everyMs: DAY_MS });
      expect(byDay.reduce((sum, { measures }) => sum + measures.attempts, 0)).toBe(4);
      for (const { at } of byDay) expect(at % DAY_MS).toBe(0);
    });

    it('counts a minute of which any part is in the window', async () => {
      const { store, minute, read } = await prepare();
      const middle = minute(10 * MINUTE_MS, measuresOf(1));
      await store.write('a', [middle]);
      const isSeen = async (fromAt: number, toAt: number): Promise<boolean> =>
        (await read({ fromAt, toAt })).length > 0;
      const { at } = middle;
      expect(await isSeen(at + MINUTE_MS - 1, at + HOUR_MS)).toBe(true);
      expect(await isSeen(at + MINUTE_MS, at + HOUR_MS)).toBe(false);
      expect(await isSeen(at - HOUR_MS, at + 1)).toBe(true);
      expect(await isSeen(at - HOUR_MS, at)).toBe(false);
    });

    it('reads sums without histograms where those are enough', async () => {
      const { store, minute, read } = await prepare();
      await store.write('a', [minute(0, measuresOf(3, 2))]);
      const [group] = await read({ isBrief: true });
      expect(group!.measures.sums).toEqual(measuresOf(3, 2).sums);
      expect(group!.measures.counters()).toEqual([]);
    });

    describe('puts what is old together', () => {
      const prepareOld = async () => {
        const prepared = await prepare();
        const { store, other, minute } = prepared;
        // On one day at least: a stretch of hours is put together when the whole day is old enough.
        const olds = [7 * HOUR_MS, 7 * HOUR_MS + MINUTE_MS, 20 * DAY_MS, 20 * DAY_MS + 2 * HOUR_MS];
        await store.write(
          'a',
          [...olds, 0].map((ago) => minute(ago, measuresOf(2, 1))),
        );
        await other.write('b', [minute(7 * HOUR_MS, measuresOf(0, 5)), minute(0, measuresOf(1))]);
        return prepared;
      };
      const whole = told(measuresOf(11, 10));

      it('without a change in what there is in all', async () => {
        const { store, other, read } = await prepareOld();
        expect(told((await read())[0]!.measures)).toEqual(whole);
        await store.fold(RETENTION);
        expect(told((await read())[0]!.measures)).toEqual(whole);
        await Promise.all([store.fold(RETENTION), other.fold(RETENTION)]);
        expect(told((await read())[0]!.measures)).toEqual(whole);
      });

      it('to hours and days of all writers, and leaves young minutes alone', async () => {
        const { store, nowAt, read } = await prepareOld();
        await store.fold(RETENTION);
        await store.fold(RETENTION);
        const groups = await read({ by: ['writer'], everyMs: MINUTE_MS });
        const young = groups.filter(({ at }) => at > nowAt - RETENTION.minuteMs);
        expect(sorted(young.map(({ key }) => key.writer))).toEqual(['a', 'b']);
        const old = groups.filter(({ at }) => at <= nowAt - RETENTION.minuteMs);
        for (const { key, at } of old) {
          expect(key.writer).toBe('');
          expect(at % (at < nowAt - RETENTION.hourMs ? DAY_MS : HOUR_MS)).toBe(0);
        }
        expect(old.reduce((sum, { measures }) => sum + measures.attempts, 0)).toBe(17);
      });

      it('and refuses what comes too late for it, so that nothing counts twice', async () => {
        const { store, other, minute, read } = await prepareOld();
        await store.fold(RETENTION);
        const late = [minute(9 * HOUR_MS, measuresOf(50)), minute(0, measuresOf(1))];
        expect(await other.write('b', late)).toBe(1);
        expect(told((await read())[0]!.measures)).toEqual(whole);
      });

      it('and forgets what is older than days are kept', async () => {
        const { store, read } = await prepareOld();
        await store.fold({ ...RETENTION, dayMs: 17 * DAY_MS });
        expect((await read())[0]!.measures.attempts).toBe(21 - 6);
        await store.fold({ minuteMs: HOUR_MS, hourMs: DAY_MS, dayMs: DAY_MS });
        expect((await read())[0]!.measures.succeeded).toBeLessThanOrEqual(11 - 4);
      });

      it('while others write', async () => {
        const { store, other, minute, read } = await prepareOld();
        const writeOn = async (): Promise<void> => {
          for (let count = 1; count <= 10; count += 1) await other.write('c', [minute(0, measuresOf(count))]);
        };
        await Promise.all([writeOn(), store.fold(RETENTION), other.fold(RETENTION)]);
        const [group] = await read();
        expect(group!.measures.attempts).toBe(21 + 10);
      });
    });
  });
}
