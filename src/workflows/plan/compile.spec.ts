import fc from 'fast-check';
import type { CadreError } from '../../common/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';
import type { DefinitionProblem } from '../workflows.errors.js';
import { compileWorkflow } from './compile.js';
import type { WorkflowPlan } from './plan.types.js';

type Steps = readonly Record<string, unknown>[];
type Fields = Record<string, unknown>;

const compile = (fields: Fields, nested: Record<string, unknown> = {}): WorkflowPlan =>
  compileWorkflow({
    main: { name: 'main', steps: [{ capability: 'a' }], ...fields },
    nested: nested as Record<string, WorkflowDefinition>,
  });
const stepsOf = (steps: Steps) => compile({ steps }).steps;
const stepOf = (fields: Fields) => stepsOf([{ capability: 'a', ...fields }])[0]!;

function problemsOf(fields: Fields, nested: Record<string, unknown> = {}): string[] {
  try {
    compile(fields, nested);
    return [];
  } catch (error) {
    const { code, details } = error as CadreError;
    expect(code).toBe('WORKFLOW_INVALID');
    return (details['problems'] as DefinitionProblem[]).map((each) => `${each.path} ${each.code}`);
  }
}

const scope = (fields: Fields = {}) => ({
  input: {},
  steps: {},
  run: { id: 'r', workflow: 'main', startedAt: '' },
  ...fields,
});

describe('the steps of a plan', () => {
  it('follow the one above, unless they say whom', () => {
    const steps = stepsOf([
      { id: 'a', capability: 'x' },
      { id: 'b', capability: 'x' },
      { id: 'c', capability: 'x', after: [] },
      { id: 'd', capability: 'x', input: 1, after: ['b', 'c', 'b'] },
      { id: 'e', capability: 'x', after: ['a'] },
    ]);
    expect(steps.map(({ predecessors }) => predecessors)).toEqual([[], [0], [], [1, 2], [0]]);
    expect(steps.map(({ dependents }) => dependents)).toEqual([[1, 4], [3], [3], [], []]);
    expect(steps.map(({ above }) => above)).toEqual([-1, 0, -1, -1, 0]);
  });

  it('take what is above a sleep, which makes nothing', () => {
    const steps = stepsOf([
      { sleep: '1s' },
      { capability: 'x' },
      { sleep: '1s' },
      { sleep: '1s' },
      { capability: 'x' },
    ]);
    expect(steps.map(({ above }) => above)).toEqual([-1, -1, 1, 1, 1]);
  });

  it('have predecessors and dependents that are inverse, and an order, for any graph without circles', () => {
    const graph = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(graph, (wishes) => {
        const steps = stepsOf(
          wishes.map((wanted, index) => ({
            id: `s${index}`,
            signal: 'go',
            after: index === 0 ? [] : wanted.map((wish) => `s${wish % index}`),
          })),
        );
        for (const { index, predecessors } of steps) {
          for (const before of predecessors) {
            expect(before).toBeLessThan(index);
            expect(steps[before]?.dependents).toContain(index);
          }
        }
        const links = steps.reduce((sum, { predecessors }) => sum + predecessors.length, 0);
        expect(steps.reduce((sum, { dependents }) => sum + dependents.length, 0)).toBe(links);
      }),
    );
  });

  it('are told of steps they cannot follow', () => {
    expect(problemsOf({ steps: [{ id: 'draft', capability: 'x', after: ['drafts'] }] })).toEqual([
      '$.steps[0].after[0] STEP_UNKNOWN',
    ]);
    expect(problemsOf({ steps: [{ id: 'a', capability: 'x', after: ['a'] }] })).toEqual([
      '$.steps[0].after CYCLE',
    ]);
  });

  it('are told the circle that they go round in', () => {
    const steps = [
      { id: 'a', capability: 'x', after: ['c'] },
      { id: 'b', capability: 'x' },
      { id: 'c', capability: 'x' },
    ];
    expect(() => compile({ steps })).toThrow(
      '$.steps[0].after: goes round in a circle: a → b → c → a; take one of these out of after (CYCLE)',
    );
    const long = Array.from({ length: 30 }, (_, index) => ({
      id: `s${index}`,
      capability: 'x',
      ...(index === 0 && { after: ['s29'] }),
    }));
    expect(() => compile({ steps: long })).toThrow(/s8 → s9 → … → s0;/);
  });
});

describe('a planned step', () => {
  it('has every default filled in', () => {
    expect(stepOf({})).toEqual({
      index: 0,
      id: 'step-1',
      action: { kind: 'task', capability: 'a', queueTimeoutMs: 86_400_000 },
      predecessors: [],
      dependents: [],
      above: -1,
      isOptional: false,
      retry: { attempts: 1, backoff: 'exponential', delayMs: 200, maxDelayMs: 30_000, jitter: true },
      onError: 'fail',
    });
  });

  it('has all that was written, with durations in milliseconds', () => {
    const step = stepOf({
      agent: 'writer',
      inputType: 'text',
      strategy: 'first',
      priority: 'urgent',
      criticality: 'critical',
      region: 'eu',
      residency: 'eu',
      preferredRegions: ['eu-west'],
      tags: ['x'],
      whenUnavailable: 'queue',
      queueTimeout: '1h',
      optional: true,
      timeout: '2m',
      retry: { attempts: 3, backoff: 'constant', delay: '1s', maxDelay: '2s', jitter: false },
      onError: 'continue',
      repeat: { until: '${ output.done }', max: 5, delay: '10s', onMax: 'continue' },
    });
    expect(step).toMatchObject({
      action: {
        agent: 'writer',
        inputType: 'text',
        strategy: 'first',
        priority: 'urgent',
        criticality: 'critical',
        region: 'eu',
        residency: ['eu'],
        preferredRegions: ['eu-west'],
        tags: ['x'],
        whenUnavailable: 'queue',
        queueTimeoutMs: 3_600_000,
      },
      isOptional: true,
      timeoutMs: 120_000,
      retry: { attempts: 3, backoff: 'constant', delayMs: 1_000, maxDelayMs: 2_000, jitter: false },
      onError: 'continue',
      repeat: { max: 5, delayMs: 10_000, onMax: 'continue' },
    });
    expect(step.repeat?.until.test(scope({ output: { done: true } }))).toBe(true);
  });

  it('waits for a time, an instant, a person, an event', () => {
    const actions = stepsOf([
      { sleep: '90s' },
      { sleep: '${ input.wait }' },
      { sleep: { until: '2030-01-01T00:00:00Z' } },
      { sleep: { until: '${ input.at }' } },
      { approval: { message: 'Publish ${ input.topic }?' } },
      { approval: { message: 'Go?', timeout: '1d', onTimeout: 'reject', onReject: 'continue' } },
      { signal: 'paid' },
      { signal: { name: 'paid', type: 'payment', timeout: '1h', onTimeout: 'continue' } },
    ]).map(({ action }) => action);
    expect(actions).toMatchObject([
      { kind: 'sleep', durationMs: 90_000, isInstant: false },
      { kind: 'sleep', isInstant: false, until: { wholeInputMember: 'wait' } },
      { kind: 'sleep', isInstant: true, until: { constant: { value: '2030-01-01T00:00:00Z' } } },
      { kind: 'sleep', isInstant: true, until: { wholeInputMember: 'at' } },
      { kind: 'approval', onTimeout: 'fail', onReject: 'fail' },
      { kind: 'approval', timeoutMs: 86_400_000, onTimeout: 'reject', onReject: 'continue' },
      { kind: 'signal', name: 'paid', onTimeout: 'fail' },
      { kind: 'signal', name: 'paid', type: 'payment', timeoutMs: 3_600_000, onTimeout: 'continue' },
    ]);
  });

  it('takes each item, where it is done for each', () => {
    const [, named, own] = stepsOf([
      { capability: 'a' },
      { capability: 'a', forEach: { items: [1, 2], as: 'entry' } },
      {
        capability: 'a',
        forEach: { items: '${ input.list }', concurrency: 3 },
        input: { n: '${ item.n + index }' },
      },
    ]);
    expect(named?.forEach).toMatchObject({
      as: 'entry',
      concurrency: 10,
      items: { constant: { value: [1, 2] } },
    });
    expect(inputOf(named).evaluate(scope({ entry: 'x', index: 0 }))).toBe('x');
    expect(own?.forEach).toMatchObject({ as: 'item', concurrency: 3 });
    expect(inputOf(own).evaluate(scope({ item: { n: 1 }, index: 2 }))).toEqual({ n: 3 });
  });

  it('sees the round and the output of the last one, where it repeats', () => {
    const repeat = { until: '${ iteration > 2 && output != null }', max: 3 };
    const step = stepOf({ repeat, input: '${ [iteration, previous] }' });
    expect(inputOf(step).evaluate(scope({ iteration: 1, previous: null }))).toEqual([1, null]);
  });

  it('gives a fallback its own input, and what undoes it its output', () => {
    const { action, onError, compensate } = stepOf({
      input: '${ input.topic }',
      onError: { fallback: { capability: 'b' } },
      compensate: { capability: 'undo' },
    });
    expect(onError).toMatchObject({ fallback: { capability: 'b', input: inputOf({ action }) } });
    expect(
      (compensate as { input: { evaluate(s: object): unknown } }).input.evaluate(scope({ output: 7 })),
    ).toBe(7);
  });

  it('lets a fallback see the error, and take from above what the step would have taken', () => {
    const [, step] = stepsOf([
      { capability: 'a' },
      { capability: 'b', onError: { fallback: { agent: 'c' } } },
    ]);
    expect(step?.onError).toEqual({ fallback: { kind: 'task', agent: 'c', queueTimeoutMs: 86_400_000 } });
    const input = { why: '${ error.message }' };
    const { onError } = stepOf({ onError: { fallback: { capability: 'b', input } } });
    const { fallback } = onError as { fallback: { input: { evaluate(s: object): unknown } } };
    expect(fallback.input.evaluate(scope({ error: { code: 'X', message: 'no' } }))).toEqual({ why: 'no' });
  });

  it.each<[string, Fields, string]>([
    ['an expression that does not parse', { input: '${ input. }' }, '.input EXPRESSION_INVALID'],
    ['a step that there is not', { input: ['${ steps.nobody.output }'] }, '.input[0] REFERENCE_UNKNOWN'],
    ['a name that is not seen there', { input: '${ item }' }, '.input REFERENCE_UNKNOWN'],
    ['the step itself', { id: 'me', input: { a: '${ steps.me.output }' } }, '.input.a STEP_NOT_BEFORE'],
    ['a condition that is none', { when: 'yes' }, '.when EXPRESSION_INVALID'],
    ['a condition that never holds', { when: false }, '.when DEAD_STEP'],
    [
      'tries of a sleep',
      { capability: undefined, sleep: '1s', retry: { attempts: 2 } },
      '.retry RETRY_OF_WAIT',
    ],
    [
      'tries of a signal',
      { capability: undefined, signal: 'go', retry: { attempts: 2 } },
      '.retry RETRY_OF_WAIT',
    ],
    [
      'tries of an approval',
      { capability: undefined, approval: { message: 'Go?' }, retry: { attempts: 2 } },
      '.retry RETRY_OF_WAIT',
    ],
    ['the same as an expression', { when: '${ 1 > 2 }' }, '.when DEAD_STEP'],
    ['items that are no list', { forEach: { items: { a: 1 } } }, '.forEach.items ITEMS_NOT_A_LIST'],
    ['items that are a text', { forEach: { items: 'a, b' } }, '.forEach.items ITEMS_NOT_A_LIST'],
    [
      'too many items',
      { forEach: { items: Array.from({ length: 10_001 }, () => 1) } },
      '.forEach.items TOO_MANY_ITEMS',
    ],
    [
      'a condition of rounds',
      { repeat: { until: '${ outptu }', max: 2 } },
      '.repeat.until REFERENCE_UNKNOWN',
    ],
    [
      'what a fallback refers to',
      { onError: { fallback: { capability: 'b', input: '${ output }' } } },
      '.onError.fallback.input REFERENCE_UNKNOWN',
    ],
    [
      'a fallback of rounds without an input',
      {
        input: '${ previous }',
        repeat: { until: true, max: 2 },
        onError: { fallback: { capability: 'b' } },
      },
      '.onError.fallback.input INPUT_MISSING',
    ],
    [
      'what undoes it',
      { compensate: { capability: 'undo', input: '${ error }' } },
      '.compensate.input REFERENCE_UNKNOWN',
    ],
  ])('is told of %s', (_, fields, problem) => {
    expect(problemsOf({ steps: [{ capability: 'a', ...fields }] })).toEqual([`$.steps[0]${problem}`]);
  });

  it('takes 10 000 items that stand in the definition', () => {
    const items = Array.from({ length: 10_000 }, (_, n) => n);
    expect(stepOf({ forEach: { items } }).forEach?.items.constant).toEqual({ value: items });
  });

  it('is told once of what is wrong in an input that its fallback takes as well', () => {
    const step = { capability: 'a', input: '${ oops }', onError: { fallback: { capability: 'b' } } };
    expect(problemsOf({ steps: [step] })).toEqual(['$.steps[0].input REFERENCE_UNKNOWN']);
  });

  it('is told of instants that are none', () => {
    for (const until of ['2030-01-01', 'tomorrow', -5, null]) {
      expect(problemsOf({ steps: [{ sleep: { until } }] })).toEqual([
        '$.steps[0].sleep.until INSTANT_INVALID',
      ]);
    }
  });
});

describe('references to other steps', () => {
  const steps = [
    { id: 'a', capability: 'x' },
    { id: 'b', capability: 'x', after: [] },
    { id: 'c', capability: 'x', after: ['a'] },
  ];

  it('may go to any step that is certain to have ended, however far above', () => {
    const far = [...steps, { id: 'd', capability: 'x', input: '${ steps.a.output }', after: ['c'] }];
    expect(problemsOf({ steps: far })).toEqual([]);
  });

  it('may not go to one that runs beside, or later', () => {
    const early = [
      ...steps,
      { id: 'd', capability: 'x', input: { p: { q: 'see ${ steps.b.output }' } }, after: ['c'] },
    ];
    expect(problemsOf({ steps: early })).toEqual(['$.steps[3].input.p.q STEP_NOT_BEFORE']);
    const late = [{ id: 'z', capability: 'x', input: '${ steps.a.output }', after: [] }, ...steps];
    expect(problemsOf({ steps: late })).toEqual(['$.steps[0].input STEP_NOT_BEFORE']);
  });

  it('are not judged where nothing is certain', () => {
    const lost = [...steps, { id: 'd', capability: 'x', input: '${ steps.b.output }', after: ['nobody'] }];
    expect(problemsOf({ steps: lost })).toEqual(['$.steps[3].after[0] STEP_UNKNOWN']);
  });

  it('may go to any step in the output of the workflow', () => {
    expect(problemsOf({ steps, output: ['${ steps.a.output }', '${ steps.b.output }'] })).toEqual([]);
    expect(problemsOf({ steps, output: '${ steps.x.output }' })).toEqual(['$.output REFERENCE_UNKNOWN']);
  });
});

describe('a plan', () => {
  it('knows the workflow', () => {
    const plan = compile({
      version: '2.0.0',
      input: {
        topic: 'query',
        tone: { type: 'tone', default: 'dry' },
        more: { type: 'json', optional: true },
      },
      output: '${ input.tone }',
      timeout: '1d',
      priority: 7,
      durability: 'memory',
    });
    expect(plan).toMatchObject({
      name: 'main',
      version: '2.0.0',
      inputDefaults: { tone: 'dry' },
      output: { wholeInputMember: 'tone' },
      timeoutMs: 86_400_000,
      priority: 7,
      durability: 'memory',
    });
    expect(compile({})).toMatchObject({ version: '1.0.0', inputDefaults: {}, priority: 0 });
  });

  it('knows which members its input has', () => {
    const input = { topic: 'query' };
    expect(problemsOf({ input, output: '${ input.topik }' })).toEqual(['$.output REFERENCE_UNKNOWN']);
    expect(problemsOf({ output: '${ input.topik }' })).toEqual([]);
  });

  it('does not take a member that is wrong for one that is not there', () => {
    expect(problemsOf({ input: { topic: 7 }, output: '${ input.topic }' })).toEqual([
      '$.input.topic WRONG_TYPE',
    ]);
  });

  it('holds the plans of those that it runs, each once', () => {
    const inner = { name: 'inner', steps: [{ capability: 'x' }] };
    const steps = [
      { workflow: 'inner@^1.0.0' },
      { workflow: 'inner@^1.0.0' },
      { compensate: { workflow: 'inner' }, sleep: '1s' },
    ];
    const [first, second, third] = compile({ steps }, { 'inner@^1.0.0': inner, inner }).steps;
    expect(first?.action).toMatchObject({
      kind: 'workflow',
      reference: 'inner@^1.0.0',
      plan: { name: 'inner' },
    });
    const plans = [first, second].map((step) => (step!.action as { plan: unknown }).plan);
    expect(plans[0]).toBe(plans[1]);
    expect(third?.compensate).toMatchObject({
      kind: 'workflow',
      reference: 'inner',
      plan: { name: 'inner' },
    });
  });
});

/** The input of a task, which must have one. */
function inputOf(step: { action: unknown } | undefined): { evaluate(scope: object): unknown } {
  return (step!.action as { input: { evaluate(scope: object): unknown } }).input;
}

describe('workflows within workflows', () => {
  const using = (name: string, ...references: string[]) => ({
    name,
    steps: references.map((workflow) => ({ workflow })),
  });
  const leaf = { name: 'leaf', steps: [{ capability: 'x' }] };

  it('must be there, by a range that is one', () => {
    expect(problemsOf(using('main', 'leef', 'leaf@newest', 'constructor'), { leaf })).toEqual([
      '$.steps[0].workflow WORKFLOW_UNKNOWN',
      '$.steps[1].workflow VERSION_RANGE_INVALID',
      '$.steps[2].workflow WORKFLOW_UNKNOWN',
    ]);
    expect(() => compile(using('main', 'leef'), { leaf })).toThrow(
      'there is no workflow "leef". Did you mean "leaf"?',
    );
  });

  it('may not call themselves, directly or through others', () => {
    expect(problemsOf(using('main', 'main'), { main: using('main', 'main') })).toEqual([
      '$.steps[0].workflow WORKFLOW_RECURSIVE',
    ]);
    const nested = { a: using('a', 'b'), b: using('b', 'a') };
    expect(() => compile(using('main', 'a'), nested)).toThrow(
      '$.steps[0].workflow: in a@1.0.0 at $.steps[0].workflow: in b@1.0.0 at $.steps[0].workflow: calls itself: a → b → a',
    );
  });

  it('may call an older version of themselves by its range', () => {
    const main = { ...using('main', 'main@^1.0.0'), version: '2.0.0' };
    expect(problemsOf(main, { 'main@^1.0.0': { ...leaf, name: 'main' } })).toEqual([]);
    expect(problemsOf(main, { 'main@^1.0.0': using('main', 'main@^2.0.0') })).toEqual([
      '$.steps[0].workflow WORKFLOW_RECURSIVE',
    ]);
  });

  it('may nest 20 deep, and no deeper', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, at) => [
          `w${at}`,
          at === length - 1 ? { ...leaf, name: `w${at}` } : using(`w${at}`, `w${at + 1}`),
        ]),
      );
    expect(problemsOf(using('main', 'w0'), chain(20))).toEqual([]);
    expect(problemsOf(using('main', 'w0'), chain(21))).toEqual(['$.steps[0].workflow NESTING_TOO_DEEP']);
    // Known already when it is found to be too deep.
    expect(problemsOf(using('main', 'w5', 'w0'), chain(22))).toEqual([
      '$.steps[1].workflow NESTING_TOO_DEEP',
    ]);
  });

  it('may have 1 000 steps in all, counted each time that they are run', () => {
    const ten = { name: 'ten', steps: Array.from({ length: 10 }, () => ({ capability: 'x' })) };
    const hundred = using('hundred', ...Array.from({ length: 9 }, () => 'ten'));
    const nine = Array.from({ length: 9 }, () => 'hundred');
    expect(problemsOf(using('main', ...nine), { ten, hundred })).toEqual([]);
    expect(problemsOf(using('main', ...nine, 'hundred', 'hundred'), { ten, hundred })).toEqual([
      '$.steps[9].workflow TOO_MANY_STEPS',
    ]);
  });

  it('do not multiply the work of compiling them', () => {
    const nested = Object.fromEntries(
      Array.from({ length: 18 }, (_, at) => [
        `w${at}`,
        at === 17 ? { ...leaf, name: 'w17' } : using(`w${at}`, `w${at + 1}`, `w${at + 1}`, `w${at + 1}`),
      ]),
    );
    const problems = problemsOf(using('main', 'w0'), nested);
    expect(problems.length).toBeGreaterThan(0);
    expect(new Set(problems)).toEqual(new Set(['$.steps[0].workflow TOO_MANY_STEPS']));
  });

  it('are told of once, also where two workflows run the same', () => {
    const nested = { one: using('one', 'bad'), two: using('two', 'bad'), bad: { name: 'bad', steps: [] } };
    expect(problemsOf(using('main', 'one', 'two'), nested)).toEqual(['$.steps[0].workflow NO_STEPS']);
  });

  it('are told of at the step that runs them, each once', () => {
    const broken = { name: 'broken', steps: [{ capability: 'x', input: '${ oops }' }, { sleep: 'long' }] };
    expect(problemsOf(using('main', 'broken', 'broken'), { broken })).toEqual([
      '$.steps[0].workflow REFERENCE_UNKNOWN',
      '$.steps[0].workflow DURATION_INVALID',
    ]);
  });
});
