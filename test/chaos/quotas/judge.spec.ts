import type { Entry, Happening } from '../judgement/ledger.js';
import { judgeSpendings, type Bounds } from './judge.js';

const BOUNDS: Bounds = { maxConcurrentTasks: 2, tasksPerSecond: 1, burst: 2, maxCostUsd: 1, errorUsd: 0.1 };

/** Things that happened on a node, a second apart. */
function story(...happenings: readonly (readonly [node: string, happening: Happening])[]): Entry[] {
  return happenings.map(([node, happening], second) => ({ ...happening, node, at: second * 1_000 }));
}

const begun = (node: string, taskId: string) => [node, { kind: 'spending', taskId }] as const;
const spent = (node: string, taskId: string, costUsd = 0) =>
  [node, { kind: 'spent', taskId, costUsd, tenant: 'acme' }] as const;

describe('the judge of quotas', () => {
  it('finds nothing where all is within its bounds', () => {
    const entries = story(begun('a', '1'), begun('b', '2'), spent('a', '1', 0.5), spent('b', '2', 0.6));
    expect(judgeSpendings(entries, BOUNDS)).toMatchObject({
      tasks: 2,
      mostAtOnce: 2,
      cut: 0,
      violations: [],
    });
  });

  it('sees more at once than are allowed', () => {
    const entries = story(begun('a', '1'), begun('b', '2'), begun('c', '3'));
    expect(judgeSpendings(entries, BOUNDS).violations).toEqual(['3 tasks were under way at once']);
  });

  it('counts what was under way on a killed node no more', () => {
    const entries = story(
      begun('a', '1'),
      begun('b', '2'),
      ['a', { kind: 'killed' }],
      begun('c', '3'),
      spent('a', '1', 9),
    );
    expect(judgeSpendings(entries, BOUNDS)).toMatchObject({ cut: 1, mostAtOnce: 2, violations: [] });
  });

  it('sees more in a time than are allowed', () => {
    const tasks = Array.from({ length: 9 }, (_, at) => String(at));
    const entries = tasks.flatMap((taskId) => story(begun('a', taskId), spent('a', taskId)));
    expect(judgeSpendings(entries, BOUNDS).violations).toEqual(['9 tasks began in 0 ms']);
  });

  it('sees more spent than the error of those under way explains', () => {
    const entries = story(begun('a', '1'), spent('a', '1', 1.3));
    expect(judgeSpendings(entries, BOUNDS).violations).toEqual(['acme has spent 1.3 USD']);
  });
});
