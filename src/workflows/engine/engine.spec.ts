import { CadreError } from '../../common/index.js';
import type { Run, RunStep, WorkflowDefinition } from '../../orchestration/index.js';
import { MemoryRunStore } from '../../persistence/index.js';
import { buildRunEngine, type RunEngineSetup } from '../../testing/run-engine.js';
import type { ScriptedAnswer, ScriptedCall } from '../../testing/scripted-executor.js';
import { VirtualClock } from '../../testing/virtual-clock.js';

type Steps = WorkflowDefinition['steps'];

/** A step that begins when it is asked for and ends when the test says so. */
function gate() {
  let open = (_output?: unknown): void => {};
  let begin = (_call: ScriptedCall): void => {};
  const opened = new Promise<unknown>((resolve) => (open = resolve));
  const begun = new Promise<ScriptedCall>((resolve) => (begin = resolve));
  const answer: ScriptedAnswer = (call) => {
    begin(call);
    return opened;
  };
  return { answer, begun, open: (output?: unknown) => open(output) };
}

async function build(answers: RunEngineSetup['answers'], more: Partial<RunEngineSetup> = {}) {
  const clock = new VirtualClock();
  const store = new MemoryRunStore(clock);
  const engine = buildRunEngine({ clock, store, answers, ...more });
  await engine.place.host.open();
  /** Runs to the end without moving the clock. */
  const runSteps = (steps: Steps, input?: unknown, rest: Partial<WorkflowDefinition> = {}): Promise<Run> =>
    engine.run({ name: 'flow', ...rest, steps }, input);
  const stepsOf = async (run: Run): Promise<Record<string, RunStep>> =>
    Object.fromEntries((await engine.service.steps(run.runId)).map((step) => [step.key, step]));
  const asked = (): unknown[] => engine.executor.calls.map(({ capability, input }) => [capability, input]);
  return { ...engine, clock, store, runSteps, stepsOf, asked };
}

const plain = (capability: string, more: object = {}) => ({
  id: capability,
  capability,
  input: 'x',
  ...more,
});

describe('the order of steps', () => {
  it('is that of the list, where nothing else is said', async () => {
    const { runSteps, asked } = await build({
      double: ({ input }) => Number(input) * 2,
      next: ({ input }) => Number(input) + 1,
    });
    const run = await runSteps(
      [{ capability: 'double' }, { capability: 'next' }, { capability: 'double' }],
      3,
    );
    expect(asked()).toEqual([
      ['double', 3],
      ['next', 6],
      ['double', 7],
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: 14, costUsd: 0.75, stepCount: 3 });
  });

  it('lets steps without predecessors run side by side', async () => {
    const [one, two] = [gate(), gate()];
    const { service } = await build({ one: one.answer, two: two.answer, join: ({ input }) => input });
    const { runId } = await service.start({
      name: 'flow',
      steps: [
        plain('one'),
        plain('two', { after: [] }),
        plain('join', { after: ['one', 'two'], input: ['${steps.one.output}', '${steps.two.output}'] }),
      ],
    });
    await Promise.all([one.begun, two.begun]);
    two.open(2);
    one.open(1);
    expect((await service.wait(runId)).output).toEqual([1, 2]);
  });

  it('skips a step whose condition does not hold, and goes on behind it', async () => {
    const { runSteps, stepsOf, asked } = await build({ a: () => 1, b: () => 2, c: ({ input }) => input });
    const run = await runSteps([
      plain('a'),
      plain('b', { when: '${ steps.a.output > 1 }' }),
      plain('c', { input: { b: '${ steps.b.output }' } }),
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: { b: null } });
    expect((await stepsOf(run))['b']).toMatchObject({ status: 'skipped' });
    expect(asked()).toHaveLength(2);
  });
});

describe('failures', () => {
  const broken = () => {
    throw new TypeError('out of ink');
  };

  it('end the run, cancel what is under way and begin nothing else', async () => {
    const slow = gate();
    const { runSteps, stepsOf } = await build({
      slow: slow.answer,
      bad: async () => (await slow.begun, broken()),
      never: () => 1,
    });
    const run = await runSteps([
      plain('slow'),
      plain('bad', { after: [] }),
      plain('never', { after: ['slow'] }),
    ]);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'AGENT_FAILED' } });
    const steps = await stepsOf(run);
    expect([steps['slow']?.status, steps['bad']?.status, steps['never']?.status]).toEqual([
      'canceled',
      'failed',
      'pending',
    ]);
  });

  it('of an optional step count as skipped', async () => {
    const { runSteps, stepsOf } = await build({ bad: broken, after: ({ input }) => input });
    const run = await runSteps([
      plain('bad', { optional: true }),
      plain('after', { input: '${ steps.bad.error.code }' }),
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: 'AGENT_FAILED' });
    expect((await stepsOf(run))['bad']).toMatchObject({
      status: 'skipped',
      failure: { code: 'AGENT_FAILED' },
    });
  });

  it('can be gone on from', async () => {
    const { runSteps, stepsOf } = await build({ bad: broken, after: ({ input }) => input });
    const run = await runSteps([
      plain('bad', { onError: 'continue' }),
      plain('after', { input: '${ steps.bad.output }' }),
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: null });
    expect((await stepsOf(run))['bad']).toMatchObject({ status: 'failed' });
  });

  it('can be stood in for, by one who knows what failed', async () => {
    const { runSteps, stepsOf } = await build({ bad: broken, spare: ({ input }) => input });
    const fallback = { capability: 'spare', input: { why: '${ error.code }' } };
    const run = await runSteps([plain('bad', { onError: { fallback } })]);
    expect(run).toMatchObject({ status: 'succeeded', output: { why: 'AGENT_FAILED' } });
    expect((await stepsOf(run))['bad']).toMatchObject({ status: 'succeeded', capability: 'spare' });
  });

  it('are tried again as often as the step says, after a while', async () => {
    let tries = 0;
    const { service, clock, executor } = await build({
      flaky: () => {
        tries += 1;
        if (tries < 3) throw new CadreError({ code: 'BUSY', kind: 'unavailable', message: 'busy' });
        return tries;
      },
    });
    const { runId } = await service.start({
      name: 'flow',
      steps: [plain('flaky', { retry: { attempts: 3, delay: '1s', backoff: 'constant', jitter: false } })],
    });
    await clock.advanceAsync(1_000);
    expect([(await service.get(runId)).status, tries]).toEqual(['running', 2]);
    await clock.advanceAsync(1_000);
    const run = await service.wait(runId);
    expect(run).toMatchObject({ status: 'succeeded', output: 3 });
    expect(executor.calls.map(({ options }) => options.idempotencyKey)).toEqual(
      Array(3).fill(`${runId}:flaky`),
    );
  });

  it('of an expression name it, and fail the step', async () => {
    const { runSteps } = await build({ a: () => ({}), b: () => 1 });
    const run = await runSteps([plain('a'), plain('b', { input: '${ steps.a.output.missing.deep }' })]);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'EXPRESSION_FAILED' } });
    expect(run.failure?.message).toContain('missing');
  });

  it('fail the step whose output is no JSON or too large', async () => {
    const { runSteps } = await build(
      { odd: () => ({ at: new Date(0) }), huge: () => 'x'.repeat(2_000) },
      { maxOutputBytes: 1_000 },
    );
    expect(await runSteps([plain('odd')])).toMatchObject({
      status: 'failed',
      failure: { code: 'STEP_OUTPUT_INVALID', message: expect.stringContaining('$.at') },
    });
    expect(await runSteps([plain('huge')])).toMatchObject({
      status: 'failed',
      failure: { code: 'STEP_OUTPUT_INVALID', message: expect.stringContaining('1000 bytes') },
    });
  });
});

describe('items', () => {
  it('are done as many at a time as allowed, and their results are in order', async () => {
    let running = 0;
    let most = 0;
    const { runSteps, stepsOf, clock } = await build({
      each: async ({ input }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return Number(input) * 10;
      },
    });
    const run = await runSteps(
      [
        {
          id: 'each',
          capability: 'each',
          input: '${ item }',
          forEach: { items: '${ input }', concurrency: 2 },
        },
      ],
      [3, 1, 2, 5],
    );
    expect(run.output).toEqual([30, 10, 20, 50]);
    expect(most).toBe(2);
    expect((await stepsOf(run))['each[2]']).toMatchObject({ item: 2, output: 20, status: 'succeeded' });
    expect(clock.pendingTimers).toBeLessThan(4);
  });

  it('see their position and go by the name that they are given', async () => {
    const { runSteps } = await build({ each: ({ input }) => input });
    const run = await runSteps([
      {
        id: 'each',
        capability: 'each',
        input: '${ string(index) + topic }',
        forEach: { items: ['a', 'b'], as: 'topic' },
      },
    ]);
    expect(run.output).toEqual(['0a', '1b']);
  });

  it('end the step when one fails; with onError continue it gives null', async () => {
    const { runSteps } = await build({
      each: ({ input }) => {
        if (input === 2) throw new Error('no');
        return input;
      },
    });
    const step = {
      id: 'each',
      capability: 'each',
      input: '${ item }',
      forEach: { items: '${ input }', concurrency: 1 },
    };
    expect(await runSteps([step], [1, 2, 3])).toMatchObject({
      status: 'failed',
      failure: { code: 'AGENT_FAILED' },
    });
    expect(await runSteps([{ ...step, onError: 'continue' }], [1, 2, 3])).toMatchObject({
      status: 'succeeded',
      output: [1, null, 3],
    });
  });

  it('must be a list, and not too long', async () => {
    const { runSteps, executor } = await build({ each: () => 1 });
    const step = { id: 'each', capability: 'each', input: '${ item }', forEach: { items: '${ input }' } };
    expect(await runSteps([step], 7)).toMatchObject({ failure: { code: 'ITEMS_INVALID' } });
    expect(
      await runSteps(
        [step],
        Array.from({ length: 100_000 }, () => 1),
      ),
    ).toMatchObject({ failure: { code: 'ITEMS_INVALID', message: expect.stringContaining('10000') } });
    expect(executor.calls).toHaveLength(0);
  });

  it('of an empty list give an empty list', async () => {
    const { runSteps } = await build({ each: () => 1 });
    const run = await runSteps([
      { id: 'each', capability: 'each', input: '${ item }', forEach: { items: [] } },
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: [] });
  });
});

describe('rounds', () => {
  const poll = (more: object = {}) => [
    {
      id: 'poll',
      capability: 'poll',
      input: '${ iteration }',
      repeat: { until: '${ output >= 3 }', max: 5, ...more },
    },
  ];

  it('go on until the condition holds, and the last output counts', async () => {
    const { runSteps, stepsOf } = await build({ poll: ({ input }) => input });
    const run = await runSteps(poll());
    expect(run).toMatchObject({ status: 'succeeded', output: 3 });
    expect(Object.keys(await stepsOf(run))).toEqual(['poll', 'poll#1', 'poll#2', 'poll#3']);
  });

  it('fail when the condition never held, unless they may end so', async () => {
    const { runSteps } = await build({ poll: () => 1 });
    expect(await runSteps(poll({ max: 2 }))).toMatchObject({
      status: 'failed',
      failure: { code: 'REPEAT_EXHAUSTED' },
    });
    expect(await runSteps(poll({ max: 2, onMax: 'continue' }))).toMatchObject({
      status: 'succeeded',
      output: 1,
    });
  });

  it('rest in between, without keeping the run in memory', async () => {
    const { service, place, clock, executor } = await build({ poll: ({ input }) => input });
    const { runId } = await service.start({ name: 'flow', steps: poll({ delay: '1h' }) });
    await clock.advanceAsync(0);
    expect([place.host.activeCount, executor.calls.length, (await service.get(runId)).status]).toEqual([
      0,
      1,
      'waiting',
    ]);
    await clock.advanceAsync(3_600_000);
    expect([place.host.activeCount, executor.calls.length]).toEqual([0, 2]);
    await clock.advanceAsync(3_600_000);
    expect(await service.get(runId)).toMatchObject({ status: 'succeeded', output: 3 });
  });
});

describe('nested workflows', () => {
  const inner: WorkflowDefinition = {
    name: 'inner',
    input: { topic: 'json' },
    steps: [plain('find', { input: '${ input.topic }' }), plain('sum', { input: '${ steps.find.output }' })],
    output: { made: '${ steps.sum.output }' },
  };
  const outer = [{ id: 'brief', workflow: 'inner', input: { topic: '${ input }' } }];

  it('run inside, their steps under the step that runs them', async () => {
    const { runSteps, stepsOf } = await build(
      { find: ({ input }) => `${String(input)}!`, sum: ({ input }) => `${String(input)}?` },
      { nested: { inner } },
    );
    const run = await runSteps(outer, 'AI');
    expect(run.output).toEqual({ made: 'AI!?' });
    expect(Object.keys(await stepsOf(run))).toEqual(['brief', 'brief/find', 'brief/sum']);
  });

  it('fail their step with what failed inside', async () => {
    const { runSteps, stepsOf } = await build(
      {
        find: () => {
          throw new Error('lost');
        },
        sum: () => 1,
      },
      { nested: { inner } },
    );
    const run = await runSteps(outer, 'AI');
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'AGENT_FAILED' } });
    expect((await stepsOf(run))['brief/find']?.status).toBe('failed');
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
      .map(({ options }) => options.idempotencyKey);
    expect(keys).toEqual([`${runId}:pay`, `${runId}:pay:1`]);
  });
});
