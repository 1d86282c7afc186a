import { tellStory } from './executions.js';
import { judge } from './judge.js';
import type { Result, RunRow } from './journal.js';
import type { Entry, Happening } from './ledger.js';
import type { Workload } from '../workloads.js';

const UNDO: Workload = {
  kind: 'pair',
  definition: {},
  input: null,
  status: 'succeeded',
  value: 3,
  keys: ['a', 'b'],
  undoable: ['a', 'b'],
};

const claimed = (node: string, epoch: number): Entry => at(node, { kind: 'claimed', runId: 'run', epoch });
const done = (node: string, taskId: string): Entry => at(node, { kind: 'done', taskId, attempt: 1 });

let nowMs = 0;
function at(node: string, happening: Happening): Entry {
  return { ...happening, node, at: (nowMs += 1) };
}

function begun(node: string, key: string, taskId: string, of = 'start'): Entry {
  const idempotencyKey = `run:${key}`;
  return at(node, { kind: 'begun', runId: 'run', key, taskId, attempt: 1, idempotencyKey, of: [of] });
}

function result(key: string, mark: string, more: Partial<Result> = {}): Result {
  const output = { value: 0, mark };
  return {
    key,
    epoch: 1,
    status: 'succeeded',
    output,
    taskId: mark,
    startedAt: 0,
    finishedAt: 0,
    ...more,
  };
}

const RIGHT = [
  claimed('one', 1),
  begun('one', 'a', 't1'),
  done('one', 't1'),
  begun('one', 'b', 't2', 't1'),
  done('one', 't2'),
];

/** The verdict on one run that came to its right end, but for what is said. */
function verdict(
  wrong: {
    readonly entries?: readonly Entry[];
    readonly results?: readonly Result[];
    readonly row?: Partial<RunRow>;
    readonly rows?: readonly RunRow[];
    readonly ends?: number;
    readonly isCanceled?: boolean;
  } = {},
): string[] {
  const { entries = RIGHT, results = [result('a', 't1'), result('b', 't2')], ends = 1, isCanceled } = wrong;
  const row: RunRow = {
    id: 'run',
    status: 'succeeded',
    output: { value: 3 },
    failure: null,
    idempotency_key: 'key',
    job_id: null,
    ...wrong.row,
  };
  const journals = {
    rows: wrong.rows ?? [row],
    results: new Map([['run', results]]),
    ends: new Map([['run', ends]]),
  };
  const run = { runId: 'run', idempotencyKey: 'key', workload: UNDO, isCanceled };
  return judge([run], journals, tellStory(entries));
}

const CANCELED = { status: 'canceled', output: null, failure: { code: 'RUN_CANCELED' } };
const UNDONE = [
  ...RIGHT,
  begun('one', 'b~undo', 't3', 't2'),
  done('one', 't3'),
  begun('one', 'a~undo', 't4', 't1'),
  done('one', 't4'),
];

describe('the judge', () => {
  it('has nothing against a run that came to its right end', () => {
    expect(verdict()).toEqual([]);
  });

  it('has something against a step that a node begins which stood still until it had lost the run', () => {
    const entries = [
      claimed('one', 1),
      at('one', { kind: 'stopped' }),
      claimed('two', 2),
      at('one', { kind: 'continued' }),
      begun('one', 'a', 't0'),
    ];
    const results = [result('a', 't1', { epoch: 2 }), result('b', 't2', { epoch: 2 })];
    expect(verdict({ entries, results })).toContainEqual(
      expect.stringContaining('had a begun by one, which had lost it'),
    );
  });

  it('has nothing against tries of a step whose last one found nobody', () => {
    const entries = RIGHT.slice(0, -1);
    const results = [result('a', 't1'), { ...result('b', 't9'), status: 'failed' as const, output: null }];
    const found = verdict({ entries, results });
    expect(found.filter((problem) => problem.includes('done again'))).toEqual([]);
  });

  it('has nothing against a step that was in flight and is done again', () => {
    const [claim, ...rest] = RIGHT;
    const cut = [claim!, begun('one', 'a', 't0'), at('one', { kind: 'killed' }), claimed('two', 2)];
    const entries = [...cut, ...rest.map((entry) => ({ ...entry, node: 'two' }))];
    const results = [result('a', 't1', { epoch: 2 }), result('b', 't2', { epoch: 2 })];
    expect(verdict({ entries, results })).toEqual([]);
    const story = tellStory(entries);
    expect(story).toMatchObject({ kills: 1, killsMidRun: 1, abandoned: [], slowestFailoverMs: 1 });
    expect(story.executions.get('run')?.map(({ isRepeated }) => isRepeated)).toEqual([false, true, false]);
  });

  it('has nothing against a run that was canceled and undone', () => {
    const results = [result('a', 't1'), result('b', 't2')];
    const undone = [result('b~undo', 't3'), result('a~undo', 't4')];
    expect(
      verdict({ entries: UNDONE, results: [...results, ...undone], row: CANCELED, isCanceled: true }),
    ).toEqual([]);
  });

  it.each<[string, Parameters<typeof verdict>[0]]>([
    ['is lost', { rows: [] }],
    ['the start key is lost', { rows: [] }],
    ['was started once too often', { rows: [{ id: 'other' } as RunRow] }],
    ['has a job left', { row: { job_id: 'job' } }],
    ['is running, not succeeded', { row: { status: 'running' } }],
    ['is canceled, not succeeded', { row: CANCELED }],
    ['came to {"value":4}, not 3', { row: { output: { value: 4 } } }],
    ['ended 0 times', { ends: 0 }],
    ['ended 2 times', { ends: 2 }],
    ['has results of a', { results: [result('a', 't1')] }],
    ['has two results of b', { results: [result('a', 't1'), result('b', 't2'), result('b', 't2')] }],
    ['undid a~undo, not ', { results: [result('a', 't1'), result('b', 't2'), result('a~undo', 't1')] }],
    [
      'undid a~undo,b~undo, not b~undo,a~undo',
      {
        entries: UNDONE,
        results: [result('a', 't1'), result('b', 't2'), result('a~undo', 't4'), result('b~undo', 't3')],
        row: CANCELED,
        isCanceled: true,
      },
    ],
    ['has a result of b that nobody made', { entries: RIGHT.slice(0, -1) }],
    [
      'had a done again by two, though its result was kept',
      { entries: [...RIGHT, claimed('two', 2), begun('two', 'a', 't5')] },
    ],
    ['had a done again by one, though its result was kept', { entries: [...RIGHT, begun('one', 'a', 't5')] }],
    [
      'had b begun by one, which had lost it',
      {
        entries: [
          ...RIGHT.slice(0, 3),
          claimed('two', 2),
          begun('one', 'b', 't9', 't1'),
          begun('two', 'b', 't2', 't1'),
          done('two', 't2'),
        ],
        results: [result('a', 't1'), result('b', 't2', { epoch: 2 })],
      },
    ],
    [
      'had b work with a result that was not kept',
      { entries: [...RIGHT.slice(0, 3), begun('one', 'b', 't2', 't0'), done('one', 't2')] },
    ],
    [
      'gave a 2 idempotency keys',
      {
        entries: [
          claimed('one', 1),
          { ...begun('one', 'a', 't0'), idempotencyKey: 'other' } as Entry,
          ...RIGHT.slice(1),
        ],
      },
    ],
    [
      'was cut and taken up by nobody',
      { entries: [...RIGHT, begun('one', 'c', 't6'), at('one', { kind: 'killed' })] },
    ],
  ])('sees that a run %s', (problem, wrong) => {
    expect(verdict(wrong).filter((found) => found.includes(problem))).not.toEqual([]);
  });
});
