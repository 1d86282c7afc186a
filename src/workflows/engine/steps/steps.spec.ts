import { CadreError } from '../../../common/index.js';
import type { WorkflowDefinition } from '../../../orchestration/index.js';
import { MemoryRunStore } from '../../../persistence/index.js';
import { buildFlows, gate, plain } from '../../../testing/workflows/flows.js';
import type { RunEngineSetup } from '../../../testing/workflows/run-engine.js';

const build = (answers: RunEngineSetup['answers'], more?: Partial<RunEngineSetup>) =>
  buildFlows((clock) => new MemoryRunStore(clock), answers, more);

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
    expect(executor.calls.map(({ step }) => step?.idempotencyKey)).toEqual(Array(3).fill(`${runId}:flaky`));
  });

  it('of an expression name it, and fail the step', async () => {
    const { runSteps } = await build({ a: () => ({}), b: () => 1 });
    const run = await runSteps([plain('a'), plain('b', { input: '${ steps.a.output.missing.deep }' })]);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'EXPRESSION_FAILED' } });
    expect(run.failure?.message).toContain('missing');
  });

  it('of an expression that takes too much work fail the step that it belongs to', async () => {
    const { runSteps, asked } = await build({ a: () => 1 });
    const input = Array.from({ length: 2_000 }, (_, index) => index);
    const heavy = '${ size(input.map(x, input.map(y, x + y))) }';
    const items = { items: '${ input.map(x, input.map(y, x + y)) }' };
    const steps = [
      plain('a', { input: heavy }),
      plain('a', { when: '${ input.map(x, input.map(y, x + y)) == [] }' }),
      plain('a', { forEach: items }),
      plain('a', { repeat: { until: '${ input.all(x, input.all(y, x + y >= 0)) }', max: 2 } }),
      { id: 'nap', sleep: heavy },
      { id: 'ask', approval: { message: heavy } },
    ];
    for (const step of steps) {
      const run = await runSteps([step], input);
      expect(run).toMatchObject({ status: 'failed', failure: { code: 'EXPRESSION_FAILED' } });
      expect(run.failure?.message).toContain('operations');
    }
    expect(asked()).toEqual([['a', 'x']]);
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

  it('fall back from an output that cannot be kept, as from any failure', async () => {
    const { runSteps } = await build(
      { huge: () => 'x'.repeat(2_000), spare: ({ input }) => input },
      { maxOutputBytes: 1_000 },
    );
    const fallback = { capability: 'spare', input: '${ error.code }' };
    expect(await runSteps([plain('huge', { onError: { fallback } })])).toMatchObject({
      status: 'succeeded',
      output: 'STEP_OUTPUT_INVALID',
    });
  });

  it('fail the run whose own output is too large, and say that it is the one of the run', async () => {
    const { service } = await build({ half: () => 'x'.repeat(600) }, { maxOutputBytes: 1_000 });
    const { runId } = await service.start({
      name: 'flow',
      steps: [plain('half')],
      output: '${ [steps.half.output, steps.half.output] }',
    });
    const { failure } = await service.wait(runId);
    expect(failure).toMatchObject({ code: 'STEP_OUTPUT_INVALID' });
    expect(failure?.details?.['step']).toBeUndefined();
    expect(failure?.message).toMatch(/^The output of the run cannot be kept: it is larger than 1000 bytes/);
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
    expect(await runSteps([step], { a: 1 })).toMatchObject({
      failure: {
        code: 'ITEMS_INVALID',
        message: 'The items of the step "each" are an object; forEach.items must give a list.',
      },
    });
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
