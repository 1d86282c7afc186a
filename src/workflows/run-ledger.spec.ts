import { CadreError } from '../common/index.js';
import type { RunStatus, SucceededTask } from '../orchestration/index.js';
import { RunLedger, type LiveRun } from './run-ledger.js';

const STEPS = ['a', 'b'].map((id) => ({ id, capability: `do-${id}`, accepts: new Set<string>() }));

/** Opens runs named `run-1`, `run-2` … at the instants 1, 2 … */
function openRuns(ledger: RunLedger, count: number, from = 1): LiveRun[] {
  return Array.from({ length: count }, (_, at) =>
    ledger.open({ runId: `run-${from + at}`, steps: STEPS, input: undefined, startedAt: from + at }),
  );
}

const taskOf = (output: unknown, costUsd = 0): SucceededTask =>
  ({ output, outputType: 'json', costUsd, agent: 'worker', version: '1.0.0' }) as SucceededTask;

/** The ids on each page of a list, pages joined by a bar. */
function pagesOf(ledger: RunLedger, limit: number, status?: RunStatus): string {
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const page = ledger.list({ limit, status, cursor });
    pages.push(page.items.map(({ runId }) => runId.slice(4)).join(' '));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages.join(' | ');
}

describe('a run in the ledger', () => {
  it('begins with all steps pending', () => {
    const [run] = openRuns(new RunLedger(), 1) as [LiveRun];
    expect(run.view()).toEqual({ runId: 'run-1', status: 'running', startedAt: 1, costUsd: 0, stepCount: 2 });
    expect(run.steps).toEqual([
      { stepId: 'a', status: 'pending', capability: 'do-a' },
      { stepId: 'b', status: 'pending', capability: 'do-b' },
    ]);
  });

  it('tells its output only once all of it has succeeded', () => {
    const ledger = new RunLedger();
    const [run] = openRuns(ledger, 1) as [LiveRun];
    for (const index of [0, 1]) {
      run.beginStep(index, 10 + index);
      run.succeedStep(index, taskOf(`output ${index}`, 0.5), 20 + index);
    }
    expect(run.view()).toMatchObject({ status: 'running', output: undefined, costUsd: 1 });
    ledger.close(run, 30);
    expect(run.view()).toMatchObject({
      status: 'succeeded',
      output: 'output 1',
      outputType: 'json',
      finishedAt: 30,
    });
    expect(run.steps[1]).toMatchObject({
      status: 'succeeded',
      startedAt: 11,
      finishedAt: 21,
      agent: 'worker',
    });
  });

  it.each([
    { because: 'of a failure', kind: 'execution', isAborted: false, status: 'failed' },
    {
      because: 'the agent canceled something of its own',
      kind: 'canceled',
      isAborted: false,
      status: 'failed',
    },
    { because: 'of a failure, canceled too late', kind: 'execution', isAborted: true, status: 'failed' },
    { because: 'it was canceled', kind: 'canceled', isAborted: true, status: 'canceled' },
  ] as const)('ends as $status because $because', ({ kind, isAborted, status }) => {
    const ledger = new RunLedger();
    const [run] = openRuns(ledger, 1) as [LiveRun];
    if (isAborted) run.controller.abort();
    run.beginStep(0, 10);
    run.failStep(0, new CadreError({ code: 'X', kind, message: 'x' }), 20);
    ledger.close(run, 20);
    expect(run.view()).toMatchObject({ status, failure: { code: 'X', kind }, finishedAt: 20 });
    expect(run.steps.map((step) => step.status)).toEqual([status, 'pending']);
  });
});

describe('RunLedger', () => {
  it('lists runs from the newest to the oldest, in pages', () => {
    const ledger = new RunLedger();
    openRuns(ledger, 5);
    expect(pagesOf(ledger, 2)).toBe('5 4 | 3 2 | 1');
    expect(pagesOf(ledger, 5)).toBe('5 4 3 2 1');
  });

  it('lists nothing when there is nothing', () => {
    expect(new RunLedger().list({ limit: 10 })).toEqual({ items: [], nextCursor: undefined });
  });

  it('lists those of one status', () => {
    const ledger = new RunLedger();
    const runs = openRuns(ledger, 4);
    for (const index of [0, 2]) ledger.close(runs[index] as LiveRun, 9);
    expect(pagesOf(ledger, 1, 'succeeded')).toBe('3 | 1');
    expect(pagesOf(ledger, 10, 'running')).toBe('4 2');
    expect(pagesOf(ledger, 10, 'failed')).toBe('');
  });

  it('goes on where a page ended, whatever came or was forgotten since', () => {
    const ledger = new RunLedger();
    openRuns(ledger, 4);
    const { nextCursor } = ledger.list({ limit: 2 });
    openRuns(ledger, 3, 5);
    expect(ledger.list({ limit: 9, cursor: nextCursor }).items.map(({ runId }) => runId)).toEqual([
      'run-2',
      'run-1',
    ]);
  });

  it.each(['', 'abc', '-1', '1.5', '1e3', '9'.repeat(16)])('refuses the cursor "%s"', (cursor) => {
    const list = () => new RunLedger().list({ limit: 1, cursor });
    expect(list).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID', kind: 'input' }));
  });

  it('forgets the oldest of those that ended, and never one under way', () => {
    const ledger = new RunLedger();
    const [live, first, second, ...others] = openRuns(ledger, 1_002) as [LiveRun, LiveRun, LiveRun];
    // The second ends before the first: the order is that of ending.
    for (const run of [second, first, ...others] as LiveRun[]) ledger.close(run, 9);
    expect(() => ledger.get(second.runId)).toThrow(expect.objectContaining({ code: 'RUN_UNKNOWN' }));
    expect(ledger.get(first.runId)).toBe(first);
    expect(ledger.get(live.runId)).toBe(live);
    expect(ledger.activeCount).toBe(1);
  });

  it('says of an unknown run what to do', () => {
    expect(() => new RunLedger().get('x'.repeat(500))).toThrow(/^There is no run "x{80}"\. .*list the runs/);
  });
});
