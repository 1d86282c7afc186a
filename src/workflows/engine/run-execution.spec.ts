import { MemoryRunStore } from '../../persistence/index.js';
import { buildFlows, gate, plain } from '../../testing/workflows/flows.js';
import type { RunEngineSetup } from '../../testing/workflows/run-engine.js';

const build = (answers: RunEngineSetup['answers'], more?: Partial<RunEngineSetup>) =>
  buildFlows((clock) => new MemoryRunStore(clock), answers, more);

describe('the last step of a run', () => {
  /** The records that one write has brought, by their types. */
  const write = (records: readonly { readonly type: string }[]): string =>
    records.map(({ type }) => type).join(' ');

  async function watched(answers: RunEngineSetup['answers']) {
    const writes: string[] = [];
    const flows = await buildFlows((clock) => {
      const store = new MemoryRunStore(clock);
      const append = store.append.bind(store);
      const finish = store.finish.bind(store);
      store.append = (lease, batch) => {
        writes.push(write(batch.records));
        return append(lease, batch);
      };
      store.finish = (lease, outcome, last) => {
        writes.push(write(last.records));
        return finish(lease, outcome, last);
      };
      return store;
    }, answers);
    return { ...flows, writes };
  }

  it('is recorded together with the end of the run', async () => {
    const { service, writes } = await watched({ a: () => 1, b: () => 2 });
    const { runId } = await service.start({ name: 'flow', steps: [plain('a'), plain('b')] });
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: 2 });
    expect(writes).toEqual(['run.started step.finished', 'step.finished run.finished']);
  });

  it('is recorded before anything that it did is undone', async () => {
    const { service, writes } = await watched({ a: () => 1, undo: () => null });
    const step = { ...plain('a'), compensate: { capability: 'undo', input: 'x' } };
    const { runId } = await service.start({ name: 'flow', steps: [step], output: '${ input.missing }' }, {});
    expect((await service.wait(runId)).status).toBe('failed');
    expect(writes).toEqual(['run.started step.finished run.failing', 'step.finished', 'run.finished']);
  });
});

describe('waits', () => {
  it('for a time leave memory and come back', async () => {
    const { service, place, clock } = await build({ a: () => 1 });
    const { runId } = await service.start({
      name: 'flow',
      steps: [{ id: 'pause', sleep: '1h' }, plain('a')],
    });
    await clock.advanceAsync(0);
    expect(await service.get(runId)).toMatchObject({
      status: 'waiting',
      waits: [{ key: 'pause', kind: 'sleep' }],
    });
    expect(place.host.activeCount).toBe(0);
    await clock.advanceAsync(3_599_999);
    expect((await service.get(runId)).status).toBe('waiting');
    await clock.advanceAsync(1);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: 1 });
  });

  it('that are short stay', async () => {
    const { service, place, clock } = await build({ a: () => 1 });
    const { runId } = await service.start({
      name: 'flow',
      steps: [{ id: 'pause', sleep: '500ms' }, plain('a')],
    });
    await clock.advanceAsync(499);
    expect(place.host.activeCount).toBe(1);
    await clock.advanceAsync(1);
    expect((await service.wait(runId)).status).toBe('succeeded');
  });

  it('for a signal take one that came before, and each takes one', async () => {
    const { service, clock } = await build({ a: () => 1 });
    const { runId } = await service.start({
      name: 'flow',
      steps: [
        { id: 'pause', sleep: '1h' },
        { id: 'one', signal: 'paid' },
        { id: 'two', signal: 'paid' },
      ],
      output: ['${ steps.one.output }', '${ steps.two.output }'],
    });
    await service.signal(runId, 'paid', 1);
    await clock.advanceAsync(3_600_000);
    expect((await service.get(runId)).status).toBe('waiting');
    await service.signal(runId, 'paid', 2);
    await clock.advanceAsync(0);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: [1, 2] });
  });

  it('for a person end with the answer', async () => {
    const { service, clock } = await build({ a: ({ input }) => input });
    const { runId } = await service.start(
      {
        name: 'flow',
        steps: [
          { id: 'ok', approval: { message: 'Publish ${ input }?' } },
          plain('a', { input: '${ steps.ok.output.comment }' }),
        ],
      },
      'it',
    );
    await clock.advanceAsync(0);
    expect((await service.get(runId)).waits).toMatchObject([{ kind: 'approval', subject: 'Publish it?' }]);
    await expect(service.approve(runId, 'nope', { approved: true })).rejects.toMatchObject({
      code: 'APPROVAL_UNKNOWN',
    });
    await service.approve(runId, 'ok', { approved: true, comment: 'fine' });
    await clock.advanceAsync(0);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: 'fine' });
    await expect(service.approve(runId, 'ok', { approved: true })).rejects.toMatchObject({
      code: 'RUN_FINISHED',
    });
  });

  it('for a person who says no fail the run', async () => {
    const { service, clock } = await build({ a: () => 1 });
    const { runId } = await service.start({
      name: 'flow',
      steps: [{ id: 'ok', approval: { message: 'Go?' } }, plain('a')],
    });
    await clock.advanceAsync(0);
    await service.approve(runId, 'ok', { approved: false, comment: 'too early' });
    await clock.advanceAsync(0);
    expect(await service.wait(runId)).toMatchObject({
      status: 'failed',
      failure: { code: 'APPROVAL_REJECTED', message: expect.stringContaining('too early') },
    });
  });

  it.each([
    ['fail', { status: 'failed', failure: { code: 'WAIT_TIMEOUT' } }],
    ['approve', { status: 'succeeded', output: 1 }],
    ['reject', { status: 'failed', failure: { code: 'APPROVAL_REJECTED' } }],
  ] as const)('for a person who does not answer %s', async (onTimeout, expected) => {
    const { service, clock } = await build({ a: () => 1 });
    const { runId } = await service.start({
      name: 'flow',
      steps: [{ id: 'ok', approval: { message: 'Go?', timeout: '24h', onTimeout } }, plain('a')],
    });
    await clock.advanceAsync(86_400_000);
    expect(await service.wait(runId)).toMatchObject(expected);
  });

  it('for an agent last until one is available', async () => {
    const { service, executor, store, clock } = await build({ a: () => 1, later: () => 2 });
    executor.forget('later');
    const { runId } = await service.start({
      name: 'flow',
      steps: [plain('later', { whenUnavailable: 'queue', queueTimeout: '2h' })],
    });
    await clock.advanceAsync(0);
    expect(await service.get(runId)).toMatchObject({
      status: 'waiting',
      waits: [{ kind: 'agent', subject: 'later' }],
    });
    executor.answer('later', () => 2);
    await store.wakeWaiting(['agent:later']);
    await clock.advanceAsync(0);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: 2 });
  });

  it('for an agent end with their time', async () => {
    const { service, executor, clock } = await build({ later: () => 2 });
    executor.forget('later');
    const { runId } = await service.start({
      name: 'flow',
      steps: [plain('later', { whenUnavailable: 'queue', queueTimeout: '2h' })],
    });
    await clock.advanceAsync(7_200_000);
    expect(await service.wait(runId)).toMatchObject({
      status: 'failed',
      failure: { code: 'CAPABILITY_UNKNOWN' },
    });
  });
});

describe('time limits', () => {
  it('end a step, and what it runs', async () => {
    const slow = gate();
    const { service, clock } = await build({ slow: slow.answer });
    const { runId } = await service.start({ name: 'flow', steps: [plain('slow', { timeout: '5s' })] });
    const { options } = await slow.begun;
    await clock.advanceAsync(5_000);
    expect(await service.wait(runId)).toMatchObject({ status: 'failed', failure: { code: 'STEP_TIMEOUT' } });
    expect(options.signal?.aborted).toBe(true);
  });

  it('of the run count while it waits', async () => {
    const { service, clock } = await build({ a: () => 1 });
    const { runId } = await service.start({
      name: 'flow',
      timeout: '30m',
      steps: [{ id: 'pause', sleep: '1h' }],
    });
    await clock.advanceAsync(1_800_000);
    expect(await service.wait(runId)).toMatchObject({ status: 'failed', failure: { code: 'RUN_TIMEOUT' } });
  });
});

describe('canceling', () => {
  it('reaches the agent at work and ends the run', async () => {
    const slow = gate();
    const { service } = await build({ slow: slow.answer, never: () => 1 });
    const { runId } = await service.start({ name: 'flow', steps: [plain('slow'), plain('never')] });
    const { options } = await slow.begun;
    expect(await service.cancel(runId, 'changed my mind')).toMatchObject({
      status: 'canceled',
      failure: { code: 'RUN_CANCELED', message: expect.stringContaining('changed my mind') },
    });
    expect(options.signal?.aborted).toBe(true);
    await expect(service.cancel(runId)).rejects.toMatchObject({ code: 'RUN_FINISHED' });
  });

  it('wakes a run that waits', async () => {
    const { service, clock } = await build({ a: () => 1 });
    const { runId } = await service.start({ name: 'flow', steps: [{ id: 'pause', sleep: '1h' }] });
    await clock.advanceAsync(0);
    const canceling = service.cancel(runId);
    await clock.advanceAsync(0);
    expect((await canceling).status).toBe('canceled');
  });
});

describe('undoing', () => {
  const pay = plain('pay', { compensate: { capability: 'refund', input: '${ output }' } });
  const book = plain('book', { compensate: { capability: 'unbook', input: '${ output }' } });

  it('goes backwards from a failure', async () => {
    const { runSteps, stepsOf, asked } = await build({
      pay: () => 'p1',
      book: () => 'b1',
      refund: ({ input }) => input,
      unbook: ({ input }) => input,
      bad: () => {
        throw new Error('no');
      },
    });
    const run = await runSteps([pay, book, plain('bad')]);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'AGENT_FAILED' } });
    expect(asked().slice(3)).toEqual([
      ['unbook', 'b1'],
      ['refund', 'p1'],
    ]);
    expect((await stepsOf(run))['pay~undo']).toMatchObject({ status: 'succeeded', output: 'p1' });
  });

  it('goes backwards through items, rounds and nested workflows too, and undoes nothing that failed', async () => {
    const undo = { capability: 'undo', input: '${ output }' };
    const inner = [
      plain('deep', { compensate: undo }),
      {
        id: 'twice',
        capability: 'round',
        input: '${ iteration }',
        compensate: undo,
        repeat: { until: '${ iteration == 2 }', max: 3 },
      },
    ];
    const { runSteps, asked } = await buildFlows(
      (clock) => new MemoryRunStore(clock),
      {
        first: () => 'first',
        deep: () => 'deep',
        round: ({ input }) => `round ${String(input)}`,
        each: ({ input }) => {
          if (input === 3) throw new Error('no');
          return `item ${String(input)}`;
        },
        undo: ({ input }) => input,
      },
      { nested: { inner: { name: 'inner', steps: inner } } },
    );
    const each = {
      id: 'each',
      capability: 'each',
      input: '${ item }',
      forEach: { items: [1, 2, 3], concurrency: 1 },
      compensate: undo,
    };
    const run = await runSteps([plain('first', { compensate: undo }), { id: 'in', workflow: 'inner' }, each]);
    expect(run.status).toBe('failed');
    const undone = asked().flatMap((call) =>
      (call as unknown[])[0] === 'undo' ? [(call as unknown[])[1]] : [],
    );
    expect(undone).toEqual(['item 2', 'item 1', 'round 2', 'deep', 'first']);
  });

  it('goes on when one cannot be undone, and says so', async () => {
    const { runSteps } = await build({
      pay: () => 'p1',
      book: () => 'b1',
      refund: () => 'ok',
      unbook: () => {
        throw new Error('stuck');
      },
      bad: () => {
        throw new Error('no');
      },
    });
    expect((await runSteps([pay, book, plain('bad')])).failure?.details).toMatchObject({
      notUndone: ['book'],
    });
  });

  it('follows a cancel too', async () => {
    const slow = gate();
    const { service, asked } = await build({ pay: () => 'p1', refund: () => 1, slow: slow.answer });
    const { runId } = await service.start({ name: 'flow', steps: [pay, plain('slow')] });
    await slow.begun;
    expect((await service.cancel(runId)).status).toBe('canceled');
    expect(asked().at(-1)).toEqual(['refund', 'p1']);
  });
});

describe('taking a run up again', () => {
  it('begins at the step that failed', async () => {
    let isBroken = true;
    const { runSteps, service, asked } = await build({
      a: () => 1,
      b: () => {
        if (isBroken) throw new Error('no');
        return 2;
      },
    });
    const { runId } = await runSteps([plain('a'), plain('b')]);
    isBroken = false;
    await service.retry(runId);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: 2, failure: undefined });
    expect(asked()).toEqual([
      ['a', 'x'],
      ['b', 'x'],
      ['b', 'x'],
    ]);
    await expect(service.retry(runId)).rejects.toMatchObject({ code: 'RUN_NOT_RETRYABLE' });
  });

  it('does again what was undone, under a new idempotency key', async () => {
    let isBroken = true;
    const { runSteps, service, executor } = await build({
      pay: () => 'p',
      refund: () => 1,
      b: () => {
        if (isBroken) throw new Error('no');
        return 2;
      },
    });
    const { runId } = await runSteps([
      plain('pay', { compensate: { capability: 'refund', input: 1 } }),
      plain('b'),
    ]);
    isBroken = false;
    await service.retry(runId);
    expect((await service.wait(runId)).status).toBe('succeeded');
    const keys = executor.calls
      .filter(({ capability }) => capability === 'pay')
      .map(({ step }) => step?.idempotencyKey);
    expect(keys).toEqual([`${runId}:pay`, `${runId}:pay:1`]);
  });
});
