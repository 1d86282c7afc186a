import { z } from 'zod';
import { capability } from '../../agents/index.js';
import {
  Echo,
  type EndedTask,
  failing,
  heeding,
  NOTHING_LEFT,
  setup,
  type StubAgent,
  working,
} from '../../testing/workflows/build-executor.js';
import type { TaskResult } from './task.types.js';

describe('tasks for a busy agent', () => {
  it('wait in the order they came', async () => {
    const { run, clock, order, leftovers } = working('a');
    const all = ['1', '2', '3', '4'].map((input) => run(undefined, input));
    await clock.advanceAsync(400);
    const results = (await Promise.all(all)) as TaskResult[];
    expect(order).toEqual(['1', '2', '3', '4']);
    expect(results.map(({ queuedMs, durationMs }) => [queuedMs, durationMs])).toEqual([
      [0, 100],
      [100, 200],
      [200, 300],
      [300, 400],
    ]);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('never hold more slots than there are', async () => {
    const { run, clock, release, leftovers } = working('a', { maxConcurrentTasks: 3 });
    const all = Array.from({ length: 10 }, () => run());
    const seen: number[] = [];
    for (let step = 0; step < 5; step += 1) {
      await clock.advanceAsync(50);
      seen.push(release.inFlight);
    }
    await clock.advanceAsync(400);
    await Promise.all(all);
    expect(Math.max(...seen)).toBe(3);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('are not overtaken by one that comes at the moment a slot becomes free', async () => {
    const { run, clock, order } = working('a');
    const first = run(undefined, '1').then(() => run(undefined, 'newcomer'));
    const second = run(undefined, 'in line');
    await clock.advanceAsync(300);
    await Promise.all([first, second]);
    expect(order).toEqual(['1', 'in line', 'newcomer']);
  });

  it('keep the order over several capabilities of one agent', async () => {
    const { run, clock, order } = working('a', { provides: [Echo, 'sing'] });
    const names = ['echo', 'sing', 'echo', 'sing'];
    const all = names.map((name, index) => run(undefined, `${name} ${index}`, name));
    await clock.advanceAsync(400);
    await Promise.all(all);
    expect(order).toEqual(['echo 0', 'sing 1', 'echo 2', 'sing 3']);
  });

  it('fail when their time in line is over', async () => {
    const { run, clock, leftovers } = setup([{ name: 'a', handle: heeding }]);
    void run({ timeoutMs: 1_000 });
    const ended = run({ queueTimeoutMs: 200 });
    await clock.advanceAsync(200);
    expect(await ended).toMatchObject({
      code: 'QUEUE_TIMEOUT',
      kind: 'unavailable',
      details: { waitedMs: 200, excluded: [{ agent: 'a', code: 'capacity' }] },
      result: { queuedMs: 200, attempts: [] },
    });
    await clock.advanceAsync(800);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('fail when their whole time is over first', async () => {
    const { run, clock } = setup([{ name: 'a', handle: heeding }]);
    void run();
    const ended = run({ timeoutMs: 100, queueTimeoutMs: 200 });
    await clock.advanceAsync(100);
    expect(await ended).toMatchObject({ code: 'TASK_TIMEOUT', result: { queuedMs: 100 } });
  });

  it('spend one time in line over all attempts', async () => {
    const bench = setup([]);
    let calls = 0;
    const handle = async (): Promise<string> => {
      calls += 1;
      await bench.clock.delay(100);
      if (calls === 2) throw new Error('broken');
      return 'done';
    };
    bench.add({ name: 'a', handle });
    void bench.run();
    const second = bench.run({ queueTimeoutMs: 150, retry: { attempts: 2, delayMs: 0 } });
    void bench.run();
    await bench.clock.advanceAsync(250);
    expect(await second).toMatchObject({ code: 'QUEUE_TIMEOUT', result: { queuedMs: 150, attempts: [{}] } });
  });

  it('are refused when too many wait already', async () => {
    const { run, clock } = setup([{ name: 'a', handle: heeding }], { maxQueuedTasks: 1 });
    void run();
    void run();
    expect(await run()).toMatchObject({ code: 'QUEUE_FULL', result: { attempts: [], queuedMs: 0 } });
    await clock.advanceAsync(0);
  });

  it('go to an agent that comes while they wait, also one with a contract of its own', async () => {
    const bench = setup([{ name: 'a', handle: heeding }]);
    void bench.run();
    const waiting = [bench.run(), bench.run()];
    await bench.clock.advanceAsync(10);
    const Wider = capability({ ...Echo, input: z.union([z.string(), z.number()]) });
    bench.add({ name: 'b' });
    bench.add({ name: 'c', provides: [Wider] });
    bench.dispatcher.lookAgain();
    expect((await Promise.all(waiting)).map((ended) => (ended as { agent?: string }).agent)).toEqual([
      'b',
      'c',
    ]);
  });

  it('go to a newcomer whose schema takes its time, once that has answered', async () => {
    const bench = setup([{ name: 'a', handle: heeding }]);
    void bench.run();
    const waiting = bench.run();
    await bench.clock.advanceAsync(10);
    bench.add({ name: 'b', provides: [capability({ ...Echo, input: z.string().refine(async () => true) })] });
    bench.dispatcher.lookAgain();
    expect(await waiting).toMatchObject({ status: 'succeeded', agent: 'b', queuedMs: 10 });
  });

  it('give up when their agents are gone, and wait on when they may', async () => {
    const bench = setup([{ name: 'a', handle: heeding, maxConcurrentTasks: 1 }]);
    void bench.run();
    const [impatient, patient] = [bench.run(), bench.run({ whenUnavailable: 'queue' })];
    await bench.clock.advanceAsync(10);
    bench.catalog.remove(bench.built[0]!.release);
    bench.dispatcher.lookAgain();
    expect(await impatient).toMatchObject({ code: 'NO_AGENT_AVAILABLE' });
    expect(bench.waitingRoom.waitingFor('echo')).toBe(1);
    bench.add({ name: 'b' });
    bench.dispatcher.lookAgain();
    expect(await patient).toMatchObject({ status: 'succeeded', agent: 'b' });
  });
});

/** The agent of a task that succeeded, or the code of what ended it. */
function describeEnd(ended: EndedTask): string {
  if (ended.status === 'succeeded') return ended.agent;
  return ended.status === 'skipped' ? `${ended.error.code} skipped` : ended.code;
}

describe('whenUnavailable', () => {
  const FREE: StubAgent[] = [{ name: 'a' }, { name: 'b' }];
  const DOWN: StubAgent[] = [{ name: 'a', status: 'failed' }, { name: 'b' }];
  const ALL_DOWN: StubAgent[] = [
    { name: 'a', status: 'failed' },
    { name: 'b', status: 'maintenance' },
  ];
  const BUSY: StubAgent[] = [{ name: 'a', handle: heeding }];

  it.each([
    ['alternative', 'free', FREE, 'a'],
    ['queue', 'free', FREE, 'a'],
    ['skip', 'free', FREE, 'a'],
    ['fail', 'free', FREE, 'a'],
    ['alternative', 'down', DOWN, 'b'],
    ['queue', 'down', DOWN, 'QUEUE_TIMEOUT'],
    ['skip', 'down', DOWN, 'NO_AGENT_AVAILABLE skipped'],
    ['fail', 'down', DOWN, 'NO_AGENT_AVAILABLE'],
    ['alternative', 'down like all others', ALL_DOWN, 'NO_AGENT_AVAILABLE'],
    ['alternative', 'busy', BUSY, 'QUEUE_TIMEOUT'],
    ['queue', 'busy', BUSY, 'QUEUE_TIMEOUT'],
    ['skip', 'busy', BUSY, 'QUEUE_TIMEOUT skipped'],
    ['fail', 'busy', BUSY, 'QUEUE_TIMEOUT'],
  ] as const)('"%s" with a pinned agent that is %s', async (policy, _, agents, expected) => {
    const { run, clock } = setup(agents);
    if (agents === BUSY) void run();
    const ending = run({ agent: 'a', whenUnavailable: policy, queueTimeoutMs: 100 });
    await clock.advanceAsync(100);
    expect(describeEnd(await ending)).toBe(expected);
  });

  it.each([
    ['alternative', 'NO_AGENT_AVAILABLE'],
    ['queue', 'QUEUE_TIMEOUT'],
    ['skip', 'skipped'],
    ['fail', 'NO_AGENT_AVAILABLE'],
  ] as const)(
    '"%s" without a pin and with nobody there ends with %s, and every reason',
    async (policy, expected) => {
      const { run, clock, leftovers } = setup(ALL_DOWN);
      const ending = run({ whenUnavailable: policy, queueTimeoutMs: 100 });
      await clock.advanceAsync(100);
      const ended = await ending;
      const result = ended.status === 'thrown' ? ended.result : ended;
      expect(ended.status === 'thrown' ? ended.code : ended.status).toBe(expected);
      expect(result.choice).toEqual({
        strategy: 'least-loaded',
        reason: 'no candidate is available',
        candidates: [],
        excluded: [
          { agent: 'a', version: '1.0.0', code: 'status', reason: 'is failed' },
          { agent: 'b', version: '1.0.0', code: 'status', reason: 'is maintenance' },
        ],
      });
      expect(leftovers()).toEqual(NOTHING_LEFT);
    },
  );

  it('"queue" takes an agent that comes back in time', async () => {
    const { run, clock, built, dispatcher } = setup(ALL_DOWN);
    const ended = run({ whenUnavailable: 'queue' });
    await clock.advanceAsync(10);
    built[1]!.live.status = 'active';
    dispatcher.lookAgain();
    expect(await ended).toMatchObject({ status: 'succeeded', agent: 'b', queuedMs: 10 });
  });

  it('"skip" does not hide that an agent failed', async () => {
    const { run } = setup([{ name: 'a', handle: failing() }]);
    expect(await run({ whenUnavailable: 'skip' })).toMatchObject({ status: 'thrown', code: 'AGENT_FAILED' });
  });

  it('"skip" leaves a task out when the line is full', async () => {
    const { run } = setup([{ name: 'a', handle: heeding }], { maxQueuedTasks: 0 });
    void run();
    expect(await run({ whenUnavailable: 'skip' })).toMatchObject({
      status: 'skipped',
      error: { code: 'QUEUE_FULL' },
    });
  });
});
