import { CadreError } from '../../../common/index.js';
import type { StepDefinition, WorkflowDefinition } from '../../../orchestration/index.js';
import { MemoryRunStore } from '../../../persistence/index.js';
import { buildFlows, plain } from '../../../testing/workflows/flows.js';
import type { RunEngineSetup } from '../../../testing/workflows/run-engine.js';
import type { ScriptedAnswer } from '../../../testing/workflows/scripted-executor.js';

const build = (answers: RunEngineSetup['answers'], ...inner: readonly StepDefinition[]) =>
  buildFlows((clock) => new MemoryRunStore(clock), answers, {
    nested: { inner: { name: 'inner', steps: inner } },
  });

/** Fails so many times, then works; what it makes is how often it was asked. */
function flaky(failures: number, more: { readonly retryable?: boolean } = {}): ScriptedAnswer {
  let tries = 0;
  return () => {
    tries += 1;
    if (tries > failures) return tries;
    throw new CadreError({ code: 'BUSY', kind: 'unavailable', message: 'busy', ...more });
  };
}

const retry = { attempts: 3, delay: '1s', backoff: 'constant', jitter: false } as const;
const brief = (more: object = {}): StepDefinition => ({ id: 'brief', workflow: 'inner', retry, ...more });

/** Starts, and lets the time of three tries pass. */
async function runOut(flows: Awaited<ReturnType<typeof build>>, ...steps: readonly StepDefinition[]) {
  const definition: WorkflowDefinition = { name: 'flow', steps };
  const { runId } = await flows.service.start(definition);
  await flows.clock.advanceAsync(3_000);
  return flows.service.wait(runId);
}

describe('a nested workflow', () => {
  it('is tried again from the steps that did not succeed', async () => {
    const flows = await build({ find: () => 'found', write: flaky(2) }, plain('find'), plain('write'));
    const run = await runOut(flows, brief());
    expect(run).toMatchObject({ status: 'succeeded', output: 3, costUsd: 1 });
    expect(flows.asked().map((call) => (call as string[])[0])).toEqual(['find', 'write', 'write', 'write']);
    expect(new Set(flows.executor.calls.map(({ step }) => step?.idempotencyKey)).size).toBe(2);
    const steps = await flows.stepsOf(run);
    expect(Object.entries(steps).map(([key, { status }]) => `${key} ${status}`)).toEqual([
      'brief succeeded',
      'brief/find succeeded',
      'brief/write succeeded',
    ]);
  });

  it('waits before it is tried again', async () => {
    const flows = await build({ write: flaky(1) }, plain('write'));
    const { runId } = await flows.service.start({ name: 'flow', steps: [brief()] });
    await flows.clock.advanceAsync(999);
    expect([(await flows.service.get(runId)).status, flows.executor.calls.length]).toEqual(['running', 1]);
    await flows.clock.advanceAsync(1);
    expect(await flows.service.wait(runId)).toMatchObject({ status: 'succeeded', output: 2 });
  });

  it('fails with the last failure when it has no try left, and what stands in for it has tries of its own', async () => {
    const flows = await build({ write: flaky(3), spare: () => 'plain' }, plain('write'));
    expect(await runOut(flows, brief())).toMatchObject({ status: 'failed', failure: { code: 'BUSY' } });
    const other = await build({ write: flaky(4) }, plain('write'));
    const run = await runOut(
      other,
      brief({ retry: { ...retry, attempts: 2 }, onError: { fallback: { workflow: 'inner' } } }),
    );
    expect(run).toMatchObject({ status: 'failed' });
    expect(other.executor.calls.map(({ step }) => step?.stepId)).toEqual([
      'brief/write',
      'brief/write',
      'brief~fallback/write',
      'brief~fallback/write',
    ]);
  });

  it('is not tried again where that cannot help', async () => {
    const flows = await build({ write: flaky(1, { retryable: false }) }, plain('write'));
    expect(await runOut(flows, brief())).toMatchObject({ status: 'failed' });
    expect(flows.executor.calls).toHaveLength(1);
  });

  it('is not tried again once its time is over', async () => {
    const flows = await build({ write: flaky(9) }, plain('write'));
    const run = await runOut(flows, brief({ timeout: '1500ms', retry: { ...retry, attempts: 9 } }));
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'STEP_TIMEOUT' } });
    expect(flows.executor.calls).toHaveLength(2);
  });

  it('is tried again for each item by itself', async () => {
    const answers = { echo: (({ input }) => input) as ScriptedAnswer, write: flaky(2) };
    const flows = await build(answers, { id: 'echo', capability: 'echo' }, plain('write'));
    const forEach = { items: ['a', 'b'], concurrency: 1 };
    const run = await runOut(flows, brief({ input: '${ item }', forEach }));
    expect(run).toMatchObject({ status: 'succeeded', output: [3, 4] });
    expect(flows.executor.calls.map(({ step }) => step?.stepId)).toEqual([
      'brief[0]/echo',
      'brief[0]/write',
      'brief[0]/write',
      'brief[0]/write',
      'brief[1]/echo',
      'brief[1]/write',
    ]);
  });

  it('has all its tries again when what it is in is tried again, and when the run is', async () => {
    const flows = await buildFlows(
      (clock) => new MemoryRunStore(clock),
      { write: flaky(7) },
      {
        nested: {
          inner: {
            name: 'inner',
            steps: [{ id: 'part', workflow: 'part', retry: { ...retry, attempts: 2 } }],
          },
          part: { name: 'part', steps: [plain('write')] },
        },
      },
    );
    const failed = await runOut(flows, brief({ retry: { ...retry, attempts: 2 } }));
    expect([failed.status, flows.executor.calls.length]).toEqual(['failed', 4]);
    await flows.service.retry(failed.runId);
    await flows.clock.advanceAsync(3_000);
    expect(await flows.service.wait(failed.runId)).toMatchObject({ status: 'succeeded', output: 8 });
  });

  it('has a step that it did once undone once', async () => {
    const undo = { capability: 'refund', input: '${ output }' };
    const answers = { pay: () => 'p1', write: flaky(3), refund: () => null };
    const flows = await build(answers, plain('pay', { compensate: undo }), plain('write'));
    expect(await runOut(flows, brief())).toMatchObject({ status: 'failed' });
    const asked = flows.asked().map((call) => (call as string[])[0]);
    expect(asked).toEqual(['pay', 'write', 'write', 'write', 'refund']);
  });

  it('that undoes something is tried again too', async () => {
    const flows = await build({ pay: () => 1, bad: flaky(9), refund: flaky(2) }, plain('refund'));
    const run = await runOut(flows, plain('pay', { compensate: { workflow: 'inner' }, retry }), plain('bad'));
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'BUSY' } });
    expect(run.failure?.details?.['notUndone']).toBeUndefined();
    expect(flows.executor.calls.at(-1)?.step?.stepId).toBe('pay~undo/refund');
  });

  it('asks nobody again who has said yes', async () => {
    const ask = { id: 'ask', approval: { message: 'Well?' } };
    const flows = await build({ write: flaky(1) }, ask, plain('write'));
    const { runId } = await flows.service.start({ name: 'flow', steps: [brief()] });
    await flows.clock.advanceAsync(0);
    await flows.service.approve(runId, 'brief/ask', { approved: true });
    await flows.clock.advanceAsync(1_000);
    expect(await flows.service.wait(runId)).toMatchObject({ status: 'succeeded', output: 2 });
  });
});

describe('a wait for the next try', () => {
  it.each([
    ['a task', plain('write', { retry: { ...retry, delay: '1h' } })],
    ['a nested workflow', brief({ retry: { ...retry, delay: '1h' } })],
  ])('of %s does not keep the process from ending', async (_, step) => {
    const flows = await build({ write: flaky(1) }, plain('write'));
    const { runId } = await flows.service.start({ name: 'flow', steps: [step] });
    await flows.clock.advanceAsync(0);
    expect(flows.executor.calls).toHaveLength(1);
    flows.service.halt();
    await flows.place.host.drained();
    expect((await flows.service.get(runId)).status).toBe('queued');
  });

  it('is over when the run is canceled', async () => {
    const flows = await build({ write: flaky(1) }, plain('write'));
    const { runId } = await flows.service.start({
      name: 'flow',
      steps: [brief({ retry: { ...retry, delay: '1h' } })],
    });
    await flows.clock.advanceAsync(0);
    expect(await flows.service.cancel(runId)).toMatchObject({ status: 'canceled' });
  });
});

describe('a run that ran out of rounds', () => {
  it('does all of them again when it is taken up again', async () => {
    const flows = await build({ poll: ({ input }) => input, ok: () => 1 });
    const poll = {
      id: 'poll',
      capability: 'poll',
      input: '${ iteration }',
      repeat: { until: false, max: 2 },
    };
    const run = await runOut(flows, plain('ok'), poll);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'REPEAT_EXHAUSTED' } });
    await flows.service.retry(run.runId);
    await flows.service.wait(run.runId);
    expect(flows.asked().map((call) => (call as string[])[0])).toEqual([
      'ok',
      'poll',
      'poll',
      'poll',
      'poll',
    ]);
  });
});
