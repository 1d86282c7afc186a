import { Journal } from './journal.js';

const retried = (key: string, dropped: readonly string[] = []) =>
  ({ type: 'step.retried', at: 1, key, dropped }) as const;

describe('tries of nested workflows', () => {
  it('count for each by itself, anew where what it is in is tried again', () => {
    const journal = new Journal();
    for (const prefix of ['a/', 'a/b/', 'a/b/', 'c/']) journal.note(retried(prefix));
    expect(['a/', 'a/b/', 'c/', 'd/'].map((prefix) => journal.retriesOf(prefix))).toEqual([1, 2, 1, 0]);
    journal.note(retried('a/'));
    expect(['a/', 'a/b/', 'c/'].map((prefix) => journal.retriesOf(prefix))).toEqual([2, 0, 1]);
    journal.note({ type: 'run.retried', at: 2, dropped: [], undone: [] });
    expect(journal.retriesOf('a/')).toBe(0);
  });

  it('tell for ever how often a step was gone through: no two times are taken for one another', () => {
    const journal = new Journal();
    const seen = [journal.repeatsOf('a/b/x')];
    for (const prefix of ['a/b/', 'a/', 'a/b/', 'ab/', 'a/b/']) {
      journal.note(retried(prefix));
      seen.push(journal.repeatsOf('a/b/x'));
    }
    journal.note({ type: 'run.retried', at: 2, dropped: [], undone: [] });
    expect([...seen, journal.repeatsOf('a/b/x'), journal.repeatsOf('a')]).toEqual([0, 1, 2, 3, 3, 4, 4, 0]);
  });

  it('forget what they drop', () => {
    const journal = new Journal();
    const result = { status: 'failed', startedAt: 0, finishedAt: 0 } as const;
    journal.note({ type: 'step.started', at: 0, key: 'a/x' });
    journal.note({ type: 'step.finished', at: 0, key: 'a/x', result, withStart: false });
    journal.note(retried('a/', ['a/x']));
    expect([journal.result('a/x'), journal.startedAt('a/x'), journal.keys]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });
});
