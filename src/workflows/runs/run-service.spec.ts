import type { CancelSignal } from '../../common/index.js';
import type { RunEvent, WorkflowDefinition } from '../../orchestration/index.js';
import { MemoryRunStore } from '../../persistence/index.js';
import { buildRunEngine, type RunEngineSetup } from '../../testing/workflows/run-engine.js';
import { VirtualClock } from '../../testing/virtual-clock.js';

const LEASE_MS = 10_000;

type Answers = RunEngineSetup['answers'];

/** A world with one store, in which nodes can be started. */
async function world() {
  const clock = new VirtualClock();
  const store = new MemoryRunStore(clock, { leaseMs: LEASE_MS });
  const start = async (answers: Answers, more: Partial<RunEngineSetup> = {}) => {
    const node = buildRunEngine({ clock, store, answers, ...more });
    await node.service.open();
    return node;
  };
  return { clock, store, start };
}

/** Begins when it is asked for, and never ends by itself. */
function endless() {
  let begin = (_signal?: CancelSignal): void => {};
  const begun = new Promise<CancelSignal | undefined>((resolve) => (begin = resolve));
  const answer: Answers[string] = ({ options }) => {
    begin(options.signal);
    return new Promise(() => {});
  };
  return { answer, begun };
}

const flow = (...steps: WorkflowDefinition['steps']): WorkflowDefinition => ({ name: 'flow', steps });
const step = (capability: string, more: object = {}) => ({ id: capability, capability, input: 'x', ...more });

async function eventsOf(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('starting a run', () => {
  it('takes its priority and durability from the options, else from the workflow', async () => {
    const { start } = await world();
    const { service } = await start({ a: () => 1 });
    const workflow = { ...flow(step('a')), priority: 5 };
    expect(await service.start(workflow)).toMatchObject({
      priority: 5,
      durability: 'durable',
      status: 'queued',
    });
    expect(await service.start(workflow, null, { priority: -3 })).toMatchObject({ priority: -3 });
  });

  it.each([
    [{ priority: 101 }, /^The run option priority is 101; it must be a whole number from -100 to 100\.$/],
    [{ priority: 1.5 }, /priority is 1.5/],
    [{ durability: 'forever' }, /durability is "forever"; it must be durable or memory/],
    [{ idempotencyKey: ' ' }, /idempotencyKey must be a text of 1 to 200 characters/],
  ])('refuses %p', async (options, message) => {
    const { start } = await world();
    const { service } = await start({ a: () => 1 });
    await expect(service.start(flow(step('a')), null, options as never)).rejects.toThrow(message);
    expect((await service.list({ limit: 10 })).items).toEqual([]);
  });

  it('needs a database to be durable', async () => {
    const { start } = await world();
    const { service } = await start({ a: () => 1 }, { isDurable: false });
    expect(await service.start(flow(step('a')))).toMatchObject({ durability: 'memory' });
    await expect(service.start(flow(step('a')), null, { durability: 'durable' })).rejects.toMatchObject({
      code: 'RUN_OPTION_INVALID',
    });
  });

  it('happens once for one key, also when it is asked for twice at once', async () => {
    const { start } = await world();
    const { service, executor } = await start({ a: () => 1 });
    const options = { idempotencyKey: 'order-7' };
    const runs = await Promise.all([1, 2, 3].map(() => service.start(flow(step('a')), { n: 1 }, options)));
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
    await service.wait(runs[0]!.runId);
    expect(executor.calls).toHaveLength(1);
    await expect(service.start(flow(step('a')), { n: 2 }, options)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      details: { runId: runs[0]!.runId },
    });
  });
});

describe('waiting for a run', () => {
  it('ends after its time, with the run as it is then, and leaves no timer', async () => {
    const { clock, start } = await world();
    const slow = endless();
    const { service } = await start({ a: slow.answer });
    const { runId } = await service.start(flow(step('a')));
    const waiting = service.wait(runId, 200);
    await slow.begun;
    await clock.advanceAsync(200);
    expect(await waiting).toMatchObject({ status: 'running' });
  });

  it('asks nobody where the run began in the same turn, and takes its end from whoever saw it', async () => {
    const { start, store } = await world();
    const { service } = await start({ a: () => 1 });
    const asked: string[] = [];
    const get = store.get.bind(store);
    store.get = (runId) => {
      asked.push(runId);
      return get(runId);
    };
    const { runId } = await service.start(flow(step('a')));
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: 1 });
    expect(asked).toEqual([]);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded' });
    expect(asked).toHaveLength(2);
  });

  it('ends when another node has ended the run', async () => {
    const { clock, store, start } = await world();
    const asking = buildRunEngine({ clock, store, answers: { a: () => 1 } });
    const { runId } = await asking.service.start(flow(step('a')));
    const waiting = asking.service.wait(runId);
    await start({ a: () => 1 });
    await clock.advanceAsync(300);
    expect(await waiting).toMatchObject({ status: 'succeeded', output: 1 });
  });

  it('is told of a run that does not exist', async () => {
    const { start } = await world();
    const { service } = await start({});
    await expect(service.wait('nothing')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });
});

describe('the events of a run', () => {
  const STEPS = flow(
    step('a'),
    step('b', { when: '${ input == 1 }' }),
    { id: 'ok', approval: { message: 'Go?' } },
    step('c'),
  );

  it('are told in order, each once, to whoever comes early, late, or back', async () => {
    const { clock, start } = await world();
    const { service } = await start({
      a: ({ options }) => {
        options.onProgress?.({ taskId: 't', attempt: 1, agent: 'a', message: 'half', doneRatio: 0.5 });
        return 1;
      },
      c: () => 3,
    });
    const { runId } = await service.start(STEPS, 0);
    const early = eventsOf(service.events(runId));
    await clock.advanceAsync(100);
    await service.approve(runId, 'ok', { approved: true });
    await clock.advanceAsync(1_000);
    const all = await early;
    expect(all.map(({ type, data }) => [type, data['key']])).toEqual([
      ['run.started', undefined],
      ['step.started', 'a'],
      ['step.progress', 'a'],
      ['step.finished', 'a'],
      ['step.finished', 'b'],
      ['step.started', 'ok'],
      ['step.waiting', 'ok'],
      ['run.waiting', undefined],
      ['run.resumed', undefined],
      ['step.finished', 'ok'],
      ['step.started', 'c'],
      ['step.finished', 'c'],
      ['run.finished', undefined],
    ]);
    expect(await eventsOf(service.events(runId))).toEqual(all);
    for (const [place, { id }] of all.entries()) {
      expect(await eventsOf(service.events(runId, id))).toEqual(all.slice(place + 1));
    }
  });

  it('end with their reader', async () => {
    const { start } = await world();
    const slow = endless();
    const { service } = await start({ a: slow.answer });
    const { runId } = await service.start(flow(step('a')));
    const leaving = new AbortController();
    const reading = eventsOf(service.events(runId, undefined, leaving.signal));
    await slow.begun;
    leaving.abort();
    expect((await reading).at(-1)).toBeUndefined();
  });

  it.each(['x', '1.2', '1.2.3.4', '-1.0.0'])('refuse %p for an id', async (id) => {
    const { start } = await world();
    const { service } = await start({ a: () => 1 });
    const { runId } = await service.start(flow(step('a')));
    await expect(eventsOf(service.events(runId, id))).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});

describe('the end of a process', () => {
  it('lets the step under way end, and hands the run to another node', async () => {
    const { clock, start } = await world();
    let finish = (_output: unknown): void => {};
    const begun = Promise.withResolvers<void>();
    const one = await start({
      a: () => {
        begun.resolve();
        return new Promise((resolve) => (finish = resolve));
      },
      b: () => 'never here',
    });
    const { runId } = await one.service.start(flow(step('a'), step('b', { input: '${ steps.a.output }' })));
    await begun.promise;
    const closing = one.service.close();
    finish('done');
    await closing;
    const two = await start({ a: () => 'again', b: ({ input }) => input });
    await clock.advanceAsync(0);
    expect(await two.service.wait(runId)).toMatchObject({ status: 'succeeded', output: 'done' });
    expect(two.executor.calls.map(({ capability }) => capability)).toEqual(['b']);
    await expect(one.service.start(flow(step('a')))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('fails the runs that are in memory only', async () => {
    const { start } = await world();
    let finish = (_output: unknown): void => {};
    const begun = Promise.withResolvers<void>();
    const { service } = await start(
      {
        a: () => {
          begun.resolve();
          return new Promise((resolve) => (finish = resolve));
        },
        b: () => 1,
      },
      { isDurable: false },
    );
    const running = service.start(flow(step('a'), step('b')));
    await begun.promise;
    const { runId } = await running;
    const waiting = service.wait(runId);
    const closing = service.close();
    finish('done');
    await closing;
    expect(await waiting).toMatchObject({ status: 'failed', failure: { code: 'SHUTTING_DOWN' } });
  });
});

describe('a node that was taken for dead', () => {
  it('stops when it comes back, and what it does meanwhile does not count', async () => {
    const { clock, store, start } = await world();
    const slow = endless();
    // With room for one run only, it does not claim its own again.
    const one = await start({ a: slow.answer }, { maxActiveRuns: 1 });
    const { runId } = await one.service.start(flow(step('a')));
    const signal = await slow.begun;
    // Its heart stops: nobody touches the claim for longer than it lasts.
    const touch = store.touch.bind(store);
    store.touch = async () => [];
    await clock.advanceAsync(LEASE_MS + 1);
    const two = await start({ a: () => 2 });
    await clock.advanceAsync(0);
    expect(await two.service.wait(runId)).toMatchObject({ status: 'succeeded', output: 2 });
    store.touch = touch;
    await clock.advanceAsync(3_000);
    expect([one.place.host.activeCount, signal?.aborted]).toEqual([0, true]);
    expect(
      (await store.records(runId, { limit: 100 })).filter(({ record }) => record.type === 'run.finished'),
    ).toHaveLength(1);
  });
});

describe('a store that fails', () => {
  it('is asked again for work after a while', async () => {
    const { clock, store, start } = await world();
    const claim = store.claim.bind(store);
    store.claim = () => Promise.reject(new Error('no connection'));
    const { service } = await start({ a: () => 1 });
    const { runId } = await service.start(flow(step('a')));
    await clock.advanceAsync(500);
    expect((await service.get(runId)).status).toBe('queued');
    store.claim = claim;
    await clock.advanceAsync(1_000);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded' });
  });

  it('that has lost the definition of a run ends it, instead of handing it out for ever', async () => {
    const { clock, store, start } = await world();
    const asking = buildRunEngine({ clock, store, answers: {} });
    const { runId } = await asking.service.start(flow(step('a')));
    store.bundle = async () => undefined;
    await start({ a: () => 1 });
    await clock.advanceAsync(0);
    expect(await store.get(runId)).toMatchObject({
      status: 'failed',
      failure: { code: 'RUN_DEFINITION_MISSING' },
    });
  });
});

describe('what comes from outside', () => {
  it('reaches a run that another node executes', async () => {
    const { clock, store, start } = await world();
    const { service } = await start({ a: () => 1 });
    const other = buildRunEngine({ clock, store, answers: {} });
    const { runId } = await service.start(flow(step('a'), { id: 'paid', signal: 'paid' }));
    await clock.advanceAsync(100);
    await other.service.signal(runId, 'paid', { amount: 7 });
    await clock.advanceAsync(0);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: { amount: 7 } });
    await expect(other.service.signal(runId, 'paid')).rejects.toMatchObject({ code: 'RUN_FINISHED' });
  });

  it('must be JSON of a bounded size', async () => {
    const { start } = await world();
    const { service } = await start({ a: () => 1 });
    const { runId } = await service.start(flow({ id: 'paid', signal: 'paid' }));
    await expect(service.signal(runId, 'paid', new Date(0))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(service.signal(runId, 'paid', 'x'.repeat(2_000_000))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('is not asked of a run that has no such approval, or does not ask it now', async () => {
    const { clock, start } = await world();
    const { service } = await start({ a: () => 1 });
    const ask = { id: 'ok', approval: { message: 'Go?' } };
    const { runId } = await service.start(flow({ id: 'nap', sleep: '1h' }, ask));
    await clock.advanceAsync(100);
    await expect(service.approve(runId, 'ok', { approved: true })).rejects.toMatchObject({
      code: 'APPROVAL_NOT_OPEN',
    });
    await expect(service.approve(runId, 'no', { approved: true })).rejects.toMatchObject({
      code: 'APPROVAL_UNKNOWN',
      message: expect.stringContaining('it has ok'),
    });
  });

  it('asks again for an approval that was rejected when the run is taken up again', async () => {
    const { clock, start } = await world();
    const { service } = await start({ a: () => 1 });
    const { runId } = await service.start(flow({ id: 'ok', approval: { message: 'Go?' } }, step('a')));
    await clock.advanceAsync(100);
    await service.approve(runId, 'ok', { approved: false, comment: 'too early' });
    expect(await service.wait(runId)).toMatchObject({ failure: { code: 'APPROVAL_REJECTED' } });
    await service.retry(runId);
    await clock.advanceAsync(100);
    expect(await service.get(runId)).toMatchObject({ status: 'waiting', waits: [{ key: 'ok' }] });
    await service.approve(runId, 'ok', { approved: true });
    await clock.advanceAsync(100);
    expect(await service.wait(runId)).toMatchObject({ status: 'succeeded', output: 1 });
  });

  it('takes one answer to an approval, and says so to whoever is late', async () => {
    const { clock, start } = await world();
    const one = await start({ a: () => 1 });
    const ask = { id: 'ok', approval: { message: 'Go?' } };
    const { runId } = await one.service.start(flow(ask, step('a'), { id: 'nap', sleep: '1h' }));
    await clock.advanceAsync(100);
    const answers = await Promise.allSettled(
      [true, false, true].map((approved) => one.service.approve(runId, 'ok', { approved })),
    );
    const late = { status: 'rejected', reason: { code: 'APPROVAL_NOT_OPEN' } };
    expect(answers).toMatchObject([{ status: 'fulfilled' }, late, late]);
  });

  it('takes one answer to an approval, though nobody has taken up the run since it was given', async () => {
    const { clock, store, start } = await world();
    const { service } = await start({ a: () => 1 });
    const { runId } = await service.start(flow({ id: 'ok', approval: { message: 'Go?' } }, step('a')));
    await clock.advanceAsync(100);
    service.halt();
    const other = buildRunEngine({ clock, store, answers: {} });
    await other.service.approve(runId, 'ok', { approved: true });
    await expect(other.service.approve(runId, 'ok', { approved: false })).rejects.toMatchObject({
      code: 'APPROVAL_NOT_OPEN',
      message: expect.stringContaining('is answered, not waiting for an answer'),
    });
  });
});
