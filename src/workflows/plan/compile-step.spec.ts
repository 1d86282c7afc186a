import { type Fields, stepsOf, stepOf, problemsOf, scope } from '../../testing/setups/compiled-plan.js';

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

/** The input of a task, which must have one. */
function inputOf(step: { action: unknown } | undefined): { evaluate(scope: object): unknown } {
  return (step!.action as { input: { evaluate(scope: object): unknown } }).input;
}
