import { measuresOf } from '../../testing/contracts/performance-store.contract.js';
import type { MeasuresGroup } from '../rollups/performance.store.js';
import { toDurations, toFailures, toProblems, toTotals } from './reports.js';

const group = (key: MeasuresGroup['key'], succeeded: number, failed = 0): MeasuresGroup => ({
  key,
  at: 0,
  measures: measuresOf(succeeded, failed),
});

const WRITER = { release: 'writer@1.0.0', capability: 'writing' };
const READER = { release: 'reader@1.0.0', capability: 'reading' };

describe('reports', () => {
  it('sum up attempts, cost and tokens by name, the dearest first', () => {
    const totals = toTotals([group({ tenant: '' }, 1), group({ tenant: 'acme' }, 3, 1)], 'tenant');
    expect(totals.map(({ name, costUsd }) => [name, costUsd])).toEqual([
      ['acme', 1],
      ['', 0.25],
    ]);
    expect(totals[0]).toEqual({
      name: 'acme',
      attempts: 4,
      succeeded: 3,
      failed: 1,
      excused: 0,
      costUsd: 1,
      inputTokens: 40,
      outputTokens: 80,
      busyMs: 1_200,
      queuedMs: 20,
    });
    expect(toTotals([group({}, 2)], undefined)[0]).toMatchObject({ name: '', attempts: 2 });
  });

  it('say why workflows fail', () => {
    const brief = { workflow: 'brief' };
    const failures = toFailures([
      group({ ...brief, ...READER }, 9),
      group({ ...brief, ...WRITER }, 5, 3),
      group({ workflow: '', ...READER }, 5, 7),
    ]);
    expect(failures.map(({ workflow, release, failed }) => [workflow, release, failed])).toEqual([
      ['', 'reader@1.0.0', 7],
      ['brief', 'writer@1.0.0', 3],
    ]);
    expect(failures[1]!.errorKinds).toEqual([{ kind: 'timeout', count: 3 }]);
  });

  it('say which agents cause problems', () => {
    const problems = toProblems([group(READER, 9, 1), group(WRITER, 1, 3), group({}, 5), group({}, 0)]);
    expect(problems).toMatchObject([
      { release: 'writer@1.0.0', failed: 3, attempts: 4, failureShareRatio: 0.75 },
      { release: 'reader@1.0.0', failed: 1, failureShareRatio: 0.25, successRatio: { value: 0.9 } },
    ]);
  });

  it('say how long tasks take, the longest first', () => {
    const slow = group(WRITER, 1);
    for (let done = 0; done < 10; done += 1) slow.measures.successes.record(5_000);
    const durations = toDurations([group(READER, 5), slow, group({ capability: 'never' }, 0, 1)]);
    expect(durations.map(({ capability }) => capability)).toEqual(['writing', 'reading', 'never']);
    expect(durations[1]!.durations).toMatchObject({ count: 5, meanMs: 100 });
    expect(durations[2]!.durations).toBeUndefined();
    expect(durations[2]!.waits!.count).toBe(1);
  });
});
