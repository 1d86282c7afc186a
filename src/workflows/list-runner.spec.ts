import { anyOf, capability, dataType, type RunContext } from '../agents/index.js';
import { anyJson } from '../common/index.js';
import { AgentFailedError, type Run, type WorkflowList } from '../orchestration/index.js';
import { catalogOf } from '../testing/catalog-of.js';
import {
  SCRIPTED_COST_USD,
  ScriptedExecutor,
  type ScriptedAnswer,
  type ScriptedCall,
} from '../testing/scripted-executor.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import { ListRunner } from './list-runner.js';

const Facts = dataType('facts', anyJson);
const Draft = dataType('draft', anyJson);
const Research = capability({ name: 'research', description: 'Finds out.', input: anyJson, output: Facts });
const Write = capability({
  name: 'write',
  description: 'Writes.',
  input: anyOf(Facts, Draft),
  output: Draft,
});

/** A runner over agents that answer as a test says; every agent can do everything there is. */
function build(answers: Readonly<Record<string, ScriptedAnswer>>) {
  const clock = new VirtualClock(1_000);
  const executor = new ScriptedExecutor(answers);
  const catalog = catalogOf(
    { name: 'researcher', capabilities: [Research] },
    { name: 'writer', capabilities: [Write] },
    { name: 'helper', capabilities: Object.keys(answers).filter((name) => !isTyped(name)) },
  );
  return { clock, executor, catalog, runner: new ListRunner(executor, catalog, clock) };
}

const isTyped = (name: string): boolean => name === 'research' || name === 'write';

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

const list = (...capabilities: string[]): WorkflowList => capabilities.map((name) => ({ capability: name }));

async function runToEnd(runner: ListRunner, definition: WorkflowList, input?: unknown): Promise<Run> {
  const { runId } = await runner.start(definition, input);
  return runner.wait(runId);
}

const statusesOf = (runner: ListRunner, runId: string) => runner.steps(runId).map(({ status }) => status);

describe('a run of a list', () => {
  it('takes one step after the other, each with the output of the one before', async () => {
    const { runner, executor } = build({
      double: ({ input }) => Number(input) * 2,
      next: ({ input }) => Number(input) + 1,
    });
    const run = await runToEnd(runner, list('double', 'next', 'double'), 3);
    expect(executor.calls.map(({ capability: name, input }) => [name, input])).toEqual([
      ['double', 3],
      ['next', 6],
      ['double', 7],
    ]);
    expect(run).toMatchObject({
      status: 'succeeded',
      input: 3,
      output: 14,
      outputType: 'json',
      stepCount: 3,
    });
    expect(run.costUsd).toBe(3 * SCRIPTED_COST_USD);
  });

  it('begins no step before the one above it has ended', async () => {
    const first = gate();
    const { runner, executor } = build({ first: first.answer, second: () => 'done' });
    const { runId } = await runner.start(list('first', 'second'), 1);
    await first.begun;
    expect(statusesOf(runner, runId)).toEqual(['running', 'pending']);
    first.open(2);
    await runner.wait(runId);
    expect(executor.calls.at(-1)).toMatchObject({ capability: 'second', input: 2 });
  });

  it('prefers the input of the step to what comes from before', async () => {
    const { runner, executor } = build({ say: ({ input }) => input });
    await runToEnd(
      runner,
      [{ capability: 'say' }, { capability: 'say', input: null }, { agent: 'helper', task: 'own' }],
      'run',
    );
    expect(executor.calls.map(({ input }) => input)).toEqual(['run', null, 'own']);
  });

  it('records when each step began and ended, and who took it', async () => {
    const { runner, clock } = build({
      slow: () => {
        clock.advance(500);
        return 'x';
      },
    });
    const { runId } = await runToEnd(runner, list('slow', 'slow'), 1);
    const record = {
      agent: 'scripted',
      version: '1.0.0',
      status: 'succeeded',
      output: 'x',
      outputType: 'json',
    };
    expect(runner.steps(runId)).toMatchObject([
      { ...record, stepId: 'step-1', startedAt: 1_000, finishedAt: 1_500 },
      { ...record, stepId: 'step-2', startedAt: 1_500, finishedAt: 2_000 },
    ]);
    expect(runner.get(runId)).toMatchObject({ startedAt: 1_000, finishedAt: 2_000 });
  });

  it('pins a step to its agent and gives it a key that stays the same', async () => {
    const { runner, executor } = build({ say: () => 'x' });
    const { runId } = await runToEnd(runner, [{ id: 'greet', agent: 'helper@^1.0.0', task: 'hey' }]);
    expect(executor.calls[0]?.options).toMatchObject({
      agent: 'helper@^1.0.0',
      idempotencyKey: `${runId}:greet`,
    });
    expect(executor.calls[0]?.step).toMatchObject({ runId, stepId: 'greet' });
  });

  it('names the data type of an output that the next step knows, and leaves others to its contract', async () => {
    const { runner, executor } = build({
      research: () => Facts.of(['a']),
      write: () => Draft.of('text'),
      any: ({ input }) => input,
    });
    await runToEnd(runner, list('research', 'write', 'write', 'any', 'write'), 'AI');
    expect(executor.calls.map(({ options }) => options.inputType)).toEqual([
      undefined,
      'facts',
      'draft',
      undefined,
      undefined,
    ]);
  });
});

describe('the context of a run', () => {
  const contextOf = (call: ScriptedCall | undefined) => call?.step?.context as RunContext;

  it('holds what came before, by step and by data type, the latest of a type winning', async () => {
    const { runner, executor } = build({
      research: ({ input }) => Facts.of([String(input)]),
      any: () => 'x',
    });
    const steps = [
      { id: 'first', capability: 'research', input: 'one' },
      { id: 'second', capability: 'research', input: 'two' },
      { capability: 'any' },
    ];
    await runToEnd(runner, steps);
    const [before, between, after] = executor.calls.map(contextOf) as [RunContext, RunContext, RunContext];
    expect([before.outputOf('first'), before.get(Facts)]).toEqual([undefined, undefined]);
    expect([between.outputOf('first'), between.outputOf('second'), between.get(Facts)]).toEqual([
      ['one'],
      undefined,
      ['one'],
    ]);
    expect([after.outputOf('first'), after.outputOf('second'), after.get(Facts)]).toEqual([
      ['one'],
      ['two'],
      ['two'],
    ]);
  });

  it('is frozen, and so is what a step is given', async () => {
    const { runner, executor } = build({ research: () => Facts.of({ findings: ['a'] }), any: () => 'x' });
    await runToEnd(runner, list('research', 'any'), { deep: { er: 1 } });
    const [first, second] = executor.calls as [ScriptedCall, ScriptedCall];
    const facts = contextOf(second).get(Facts) as { findings: string[] };
    expect(second.input).toBe(facts);
    expect(() => facts.findings.push('b')).toThrow(TypeError);
    expect(() => ((first.input as { deep: { er: number } }).deep.er = 2)).toThrow(TypeError);
  });

  it('is never that of another run at the same time', async () => {
    const gates = [gate(), gate()] as const;
    const answers = gates.map(({ answer }) => answer);
    const { runner, executor } = build({ wait: (call) => answers.shift()?.(call), any: () => 'x' });
    const definition = [{ id: 'own', capability: 'wait' }, { capability: 'any' }];
    const runs = [await runner.start(definition, 'a'), await runner.start(definition, 'b')];
    await Promise.all(gates.map(({ begun }) => begun));
    gates[1].open('of b');
    gates[0].open('of a');
    await Promise.all(runs.map(({ runId }) => runner.wait(runId)));
    const seen = executor.calls
      .slice(2)
      .map((call) => [call.step?.runId, call.input, contextOf(call).outputOf('own')]);
    expect(seen).toEqual([
      [runs[1]?.runId, 'of b', 'of b'],
      [runs[0]?.runId, 'of a', 'of a'],
    ]);
  });
});

describe('the input of a run', () => {
  it('is a copy, which the caller cannot change any more', async () => {
    const { runner } = build({ any: ({ input }) => input });
    const input = { topic: 'AI', tags: ['a'] };
    const starting = runner.start(list('any'), input);
    input.tags.push('b');
    const { runId } = await starting;
    input.topic = 'changed';
    expect((await runner.wait(runId)).input).toEqual({ topic: 'AI', tags: ['a'] });
    expect(runner.get(runId).output).toEqual({ topic: 'AI', tags: ['a'] });
  });

  it('must be JSON', async () => {
    const { runner, executor } = build({ any: () => 'x' });
    await expect(runner.start(list('any'), { at: new Date(0) })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('$.at: a Date instance is not JSON'),
    });
    expect([executor.calls, runner.list({ limit: 1 }).items]).toEqual([[], []]);
  });
});

describe('a run that fails', () => {
  const failing = () => {
    throw new TypeError('out of ink');
  };

  it('stops at the step that failed and keeps the later ones pending', async () => {
    const { runner, executor } = build({ ok: () => 'x', bad: failing });
    const run = await runToEnd(runner, list('ok', 'bad', 'ok'), 1);
    expect(run).toMatchObject({ status: 'failed', output: undefined, failure: { code: 'AGENT_FAILED' } });
    expect(run.costUsd).toBe(2 * SCRIPTED_COST_USD);
    expect(statusesOf(runner, run.runId)).toEqual(['succeeded', 'failed', 'pending']);
    expect(runner.steps(run.runId)[1]).toMatchObject({
      failure: { code: 'AGENT_FAILED', message: '"scripted@1.0.0" failed at "bad": out of ink' },
      attempts: [],
      taskId: expect.any(String),
    });
    expect(executor.calls).toHaveLength(2);
  });

  it('fails at the step whose agent vanished after the check', async () => {
    const first = gate();
    const { runner, executor } = build({ first: first.answer, gone: () => 'x' });
    const { runId } = await runner.start(list('first', 'gone'), 1);
    await first.begun;
    executor.forget('gone');
    first.open('x');
    expect(await runner.wait(runId)).toMatchObject({
      status: 'failed',
      failure: { code: 'CAPABILITY_UNKNOWN' },
    });
    expect(statusesOf(runner, runId)).toEqual(['succeeded', 'failed']);
  });

  it('fails when an output cannot be kept', async () => {
    const hostile = {
      get part(): never {
        throw new RangeError('no entry');
      },
    };
    const { runner } = build({ bad: () => hostile });
    const run = await runToEnd(runner, list('bad'), 1);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'INTERNAL', message: 'no entry' } });
  });

  it('has nothing to fail when its definition is wrong: no run begins', async () => {
    const { runner, executor } = build({ ok: () => 'x' });
    await expect(runner.start(list('ok', 'bda'), 1)).rejects.toMatchObject({ code: 'WORKFLOW_INVALID' });
    expect([executor.calls, runner.list({ limit: 1 }).items]).toEqual([[], []]);
  });
});

describe('canceling a run', () => {
  it('ends the step under way, tells it why, and begins no other', async () => {
    const first = gate();
    const { runner, executor } = build({ first: first.answer, second: () => 'x' });
    const { runId } = await runner.start(list('first', 'second'), 1);
    const { options } = await first.begun;
    const run = await runner.cancel(runId, 'changed my mind');
    expect(run).toMatchObject({ status: 'canceled', failure: { code: 'TASK_CANCELED' }, output: undefined });
    expect(run.failure?.message).toContain('changed my mind');
    expect(options.signal?.reason).toBe('changed my mind');
    expect(statusesOf(runner, runId)).toEqual(['canceled', 'pending']);
    expect(executor.calls).toHaveLength(1);
  });

  it('ends a run whose first step has not begun to work', async () => {
    const { runner } = build({ first: () => 'x', second: () => 'y' });
    const { runId } = await runner.start(list('first', 'second'), 1);
    expect(await runner.cancel(runId)).toMatchObject({ status: 'canceled' });
    expect(runner.get(runId).failure?.message).toContain('canceled by request');
  });

  it('ends a run between two steps, without asking for the next one', async () => {
    const { runner, executor } = build({
      first: ({ step }) => {
        void runner.cancel(step?.runId as string);
        return 'x';
      },
      second: () => 'y',
    });
    const run = await runToEnd(runner, list('first', 'second'), 1);
    expect(run).toMatchObject({ status: 'canceled', failure: { code: 'TASK_CANCELED' } });
    expect(statusesOf(runner, run.runId)).toEqual(['succeeded', 'canceled']);
    expect(executor.calls).toHaveLength(1);
  });

  it('comes too late for a run that has ended', async () => {
    const { runner } = build({ any: () => 'x' });
    const { runId } = await runToEnd(runner, list('any'), 1);
    await expect(runner.cancel(runId)).rejects.toMatchObject({
      code: 'RUN_FINISHED',
      kind: 'conflict',
      details: { runId, status: 'succeeded' },
    });
  });

  it('leaves other runs alone', async () => {
    const gates = [gate(), gate()] as const;
    const answers = gates.map(({ answer }) => answer);
    const { runner } = build({ wait: (call) => answers.shift()?.(call) });
    const runs = [await runner.start(list('wait'), 1), await runner.start(list('wait'), 2)] as const;
    await runner.cancel(runs[0].runId);
    gates[1].open('done');
    expect(await runner.wait(runs[1].runId)).toMatchObject({ status: 'succeeded', output: 'done' });
  });

  it('is no way to end what does not exist', async () => {
    await expect(build({}).runner.cancel('nothing')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });
});

describe('waiting for a run', () => {
  it('ends after the time that was given, with the run as it is then', async () => {
    const step = gate();
    const { runner, clock } = build({ wait: step.answer });
    const { runId } = await runner.start(list('wait'), 1);
    const waiting = runner.wait(runId, 200);
    await clock.advanceAsync(200);
    expect(await waiting).toMatchObject({ status: 'running', finishedAt: undefined });
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends with the run and leaves no timer', async () => {
    const step = gate();
    const { runner, clock } = build({ wait: step.answer });
    const { runId } = await runner.start(list('wait'), 1);
    const waiting = [runner.wait(runId, 200), runner.wait(runId)];
    step.open('done');
    for (const run of await Promise.all(waiting))
      expect(run).toMatchObject({ status: 'succeeded', output: 'done' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('is over at once for a run that has ended, whichever way', async () => {
    const { runner, clock } = build({ bad: () => Promise.reject(new AgentFailedError('a', 'b', 'c')) });
    const { runId } = await runToEnd(runner, list('bad'), 1);
    expect(await runner.wait(runId, 0)).toMatchObject({ status: 'failed' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the runs of a runner', () => {
  it('are views: what is done to them changes nothing', async () => {
    const { runner } = build({ any: () => 'x' });
    const { runId } = await runToEnd(runner, list('any'), 1);
    Object.assign(runner.get(runId), { status: 'failed' });
    Object.assign(runner.steps(runId)[0] as object, { status: 'failed' });
    expect([runner.get(runId).status, ...statusesOf(runner, runId)]).toEqual(['succeeded', 'succeeded']);
    expect(runner.list({ limit: 10 }).items).toEqual([runner.get(runId)]);
  });

  it('are at most 1 000 at a time', async () => {
    const step = gate();
    const { runner } = build({ wait: step.answer });
    const starts = await Promise.allSettled(
      Array.from({ length: 1_001 }, () => runner.start(list('wait'), 1)),
    );
    const refused = starts.filter((start) => start.status === 'rejected');
    expect(refused.map(({ reason }) => reason.code)).toEqual(['RUNS_FULL']);
    step.open('done');
    await runner.wait(runner.list({ limit: 1 }).items[0]?.runId as string);
    expect(await runToEnd(runner, list('wait'), 1)).toMatchObject({ status: 'succeeded' });
  });

  it('are refused when the process is about to end', async () => {
    const { runner, executor } = build({ any: () => 'x' });
    executor.isClosing = true;
    await expect(runner.start(list('any'), 1)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(runner.list({ limit: 1 }).items).toEqual([]);
  });

  it('end at their next step when the process is about to end', async () => {
    const first = gate();
    const { runner, executor } = build({ first: first.answer, second: () => 'x' });
    const { runId } = await runner.start(list('first', 'second'), 1);
    await first.begun;
    executor.isClosing = true;
    first.open('done');
    expect(await runner.wait(runId)).toMatchObject({ status: 'failed', failure: { code: 'SHUTTING_DOWN' } });
    expect(statusesOf(runner, runId)).toEqual(['succeeded', 'failed']);
  });
});
