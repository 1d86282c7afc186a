import fc from 'fast-check';
import { DEFINITION_LIMITS } from './definition-limits.js';
import { readDefinition } from './read-definition.js';

/** The problems as `path CODE`. */
function codesOf(source: unknown): string[] {
  const read = readDefinition(source);
  return read.ok ? [] : read.problems.map(({ path, code }) => `${path} ${code}`);
}

function messagesOf(source: unknown): string[] {
  const read = readDefinition(source);
  return read.ok ? [] : read.problems.map(({ message }) => message);
}

const task = { capability: 'write' };
const workflow = (fields: object) => ({ name: 'brief', steps: [task], ...fields });
const step = (fields: object) => workflow({ steps: [{ ...task, ...fields }] });

const EVERYTHING = {
  $schema: 'https://example.org/workflow.json',
  name: 'brief',
  version: '2.1.0-beta.1',
  description: 'A brief.',
  input: {
    topic: 'query',
    tone: { type: 'tone', optional: true },
    'max-words': { type: 'json', default: 300 },
  },
  steps: [
    {
      id: 'research',
      description: 'Finds out.',
      capability: 'web_research',
      input: { about: '${ input.topic }' },
      inputType: 'query',
      strategy: 'least-loaded',
      region: 'eu-west',
      residency: ['eu', 'us-east'],
      preferredRegions: ['eu-west'],
      tags: ['fast', 'cheap'],
      whenUnavailable: 'queue',
      queueTimeout: '2h',
      after: [],
      when: '${ input.topic != "" }',
      optional: false,
      retry: { attempts: 3, backoff: 'constant', delay: '1s', maxDelay: '1h', jitter: false },
      timeout: '30s',
      onError: { fallback: { agent: 'writer@^1.0.0', task: 'x' } },
      compensate: { workflow: 'undo', input: null },
    },
    { workflow: 'inner@1.x', forEach: { items: '${ input.list }', as: 'entry', concurrency: 100 } },
    { capability: 'poll', repeat: { until: '${ output.done }', max: 1_000, delay: '5m', onMax: 'continue' } },
    { sleep: '10m' },
    { sleep: '${ input.delay }' },
    { sleep: { until: '2030-01-31T08:00:00Z' } },
    { approval: { message: 'Go on?', timeout: '24h', onTimeout: 'approve', onReject: 'continue' } },
    { signal: 'paid', onError: 'continue' },
    { signal: { name: 'paid', type: 'payment', timeout: '7d', onTimeout: 'continue' } },
  ],
  output: '${ steps.research.output }',
  timeout: '30d',
  priority: -100,
  durability: 'durable',
};

describe('readDefinition', () => {
  it('takes everything that can be written', () => {
    expect(codesOf(EVERYTHING)).toEqual([]);
  });

  it('gives ids by position, a version, and input for task', () => {
    const read = readDefinition({
      name: 'brief',
      steps: [
        { capability: 'a', task: 1 },
        { id: 'b', sleep: '1s' },
      ],
    });
    expect(read).toEqual({
      ok: true,
      stepsPath: '$.steps',
      definition: {
        name: 'brief',
        version: '1.0.0',
        steps: [
          { id: 'step-1', capability: 'a', input: 1 },
          { id: 'b', sleep: '1s' },
        ],
      },
    });
  });

  it('gives a bare list a name', () => {
    expect(readDefinition([task])).toEqual({
      ok: true,
      stepsPath: '$',
      definition: { name: 'list', version: '1.0.0', steps: [{ id: 'step-1', ...task }] },
    });
  });

  it('gives a frozen copy, all the way down', () => {
    const source = structuredClone(EVERYTHING) as { steps: { input?: object; retry?: object }[] };
    const read = readDefinition(source);
    const [research] = (read.ok ? read.definition.steps : []) as unknown as typeof source.steps;
    source.steps[0]!.input = {};
    expect(research).toMatchObject({ input: { about: '${ input.topic }' } });
    for (const part of [read.ok && read.definition, research, research?.input, research?.retry]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('reads what it gave out again as it is', () => {
    const read = readDefinition(EVERYTHING);
    const again = readDefinition(read.ok && read.definition);
    const anew = readDefinition(structuredClone(read.ok && read.definition));
    expect(again).toEqual(read);
    expect(anew).toEqual(read);
    expect(read.ok && again.ok && again.definition.steps === read.definition.steps).toBe(true);
  });

  it('drops the reference to the schema, and members that are undefined', () => {
    const read = readDefinition({ ...workflow({ output: undefined }), $schema: 'x', timeout: undefined });
    expect(read.ok && Object.keys(read.definition)).toEqual(['version', 'name', 'steps']);
  });
});

describe('a definition that is not well formed', () => {
  it.each<[string, unknown, string[]]>([
    ['no object and no list', 7, ['$ NOT_A_WORKFLOW']],
    ['null', null, ['$ NOT_A_WORKFLOW']],
    ['an instance', new Map(), ['$ NOT_A_WORKFLOW']],
    ['a step alone', { agent: 'writer' }, ['$ NOT_A_WORKFLOW']],
    ['nothing in it', {}, ['$.name FIELD_MISSING', '$.steps FIELD_MISSING']],
    ['no name', { steps: [task] }, ['$.name FIELD_MISSING']],
    ['an invalid name', workflow({ name: 'My Brief' }), ['$.name NAME_INVALID']],
    ['a name that is no text', workflow({ name: 7 }), ['$.name WRONG_TYPE']],
    ['steps that are no list', workflow({ steps: {} }), ['$.steps NOT_A_LIST']],
    ['no steps', workflow({ steps: [] }), ['$.steps NO_STEPS']],
    [
      'too many steps',
      workflow({ steps: Array.from({ length: 1_001 }, () => task) }),
      ['$.steps TOO_MANY_STEPS'],
    ],
    ['an unknown field', workflow({ step: [] }), ['$.step UNKNOWN_FIELD']],
    ['a version that is none', workflow({ version: 'v1' }), ['$.version VERSION_INVALID']],
    ['a version with blanks', workflow({ version: ' 1.0.0' }), ['$.version VERSION_INVALID']],
    ['a priority out of bounds', workflow({ priority: 101 }), ['$.priority VALUE_INVALID']],
    ['a priority that is no whole number', workflow({ priority: 0.5 }), ['$.priority VALUE_INVALID']],
    ['a priority that is a text', workflow({ priority: '1' }), ['$.priority WRONG_TYPE']],
    ['an unknown durability', workflow({ durability: 'disk' }), ['$.durability VALUE_INVALID']],
    ['a durability that is no text', workflow({ durability: null }), ['$.durability WRONG_TYPE']],
    ['a timeout that is no duration', workflow({ timeout: '10 minutes' }), ['$.timeout DURATION_INVALID']],
    ['a timeout that is a number', workflow({ timeout: 10 }), ['$.timeout WRONG_TYPE']],
    ['a timeout of nothing', workflow({ timeout: '0s' }), ['$.timeout VALUE_INVALID']],
    ['an empty description', workflow({ description: '' }), ['$.description VALUE_INVALID']],
    ['a long description', workflow({ description: 'x'.repeat(2_001) }), ['$.description VALUE_INVALID']],
    ['an input that is a list', workflow({ input: ['topic'] }), ['$.input WRONG_TYPE']],
    ['a member of a wrong name', workflow({ input: { 'a b': 'query' } }), ["$.input['a b'] NAME_INVALID"]],
    ['a member without a type', workflow({ input: { a: {} } }), ['$.input.a.type FIELD_MISSING']],
    ['a member that is a number', workflow({ input: { a: 7 } }), ['$.input.a WRONG_TYPE']],
    [
      'an unknown field of a member',
      workflow({ input: { a: { type: 'b', x: 1 } } }),
      ['$.input.a.x UNKNOWN_FIELD'],
    ],
    ['what is no JSON', workflow({ output: { at: new Date(0) } }), ['$.output.at WRONG_TYPE']],
  ])('is told of %s', (_, source, problems) => {
    expect(codesOf(source)).toEqual(problems);
  });

  it.each<[string, object, string[]]>([
    ['an id', { id: 'Step' }, ['.id ID_INVALID']],
    ['after as a text', { after: 'a' }, ['.after WRONG_TYPE']],
    ['after as an object', { after: {} }, ['.after WRONG_TYPE']],
    ['an entry of after', { after: [7] }, ['.after[0] WRONG_TYPE']],
    ['when', { when: 7 }, ['.when WRONG_TYPE']],
    ['optional', { optional: 'yes' }, ['.optional WRONG_TYPE']],
    ['forEach as a list', { forEach: [] }, ['.forEach WRONG_TYPE']],
    ['forEach without items', { forEach: { as: 'x' } }, ['.forEach.items FIELD_MISSING']],
    ['a name that is taken', { forEach: { items: [], as: 'steps' } }, ['.forEach.as NAME_INVALID']],
    ['a name of CEL', { forEach: { items: [], as: 'in' } }, ['.forEach.as NAME_INVALID']],
    ['a concurrency', { forEach: { items: [], concurrency: 101 } }, ['.forEach.concurrency VALUE_INVALID']],
    ['repeat without until', { repeat: { max: 3 } }, ['.repeat.until FIELD_MISSING']],
    ['repeat without max', { repeat: { until: true } }, ['.repeat.max FIELD_MISSING']],
    ['too many rounds', { repeat: { until: true, max: 1_001 } }, ['.repeat.max VALUE_INVALID']],
    ['onMax', { repeat: { until: true, max: 1, onMax: 'stop' } }, ['.repeat.onMax VALUE_INVALID']],
    ['retry as a number', { retry: 3 }, ['.retry WRONG_TYPE']],
    ['retry without attempts', { retry: {} }, ['.retry.attempts FIELD_MISSING']],
    ['too many tries', { retry: { attempts: 21 } }, ['.retry.attempts VALUE_INVALID']],
    ['a delay that is too long', { retry: { attempts: 2, delay: '61m' } }, ['.retry.delay VALUE_INVALID']],
    ['jitter', { retry: { attempts: 2, jitter: 1 } }, ['.retry.jitter WRONG_TYPE']],
    ['a timeout', { timeout: '1 day' }, ['.timeout DURATION_INVALID']],
    ['onError', { onError: 'ignore' }, ['.onError VALUE_INVALID']],
    ['onError as a list', { onError: [] }, ['.onError WRONG_TYPE']],
    ['onError without a fallback', { onError: {} }, ['.onError.fallback FIELD_MISSING']],
    [
      'a fallback that sleeps',
      { onError: { fallback: { sleep: '1s' } } },
      ['.onError.fallback.sleep UNKNOWN_FIELD', '.onError.fallback NO_TARGET'],
    ],
    ['compensate as a text', { compensate: 'undo' }, ['.compensate WRONG_TYPE']],
    ['tags as a text', { tags: 'fast' }, ['.tags WRONG_TYPE']],
    ['an empty tag', { tags: [''] }, ['.tags[0] VALUE_INVALID']],
    ['a place that is a number', { residency: 7 }, ['.residency WRONG_TYPE']],
    ['no place at all', { residency: [] }, ['.residency WRONG_TYPE']],
    ['an empty place', { residency: ['eu', ''] }, ['.residency[1] VALUE_INVALID']],
    ['too many tags', { tags: Array(51).fill('x') }, ['.tags VALUE_INVALID']],
    ['whenUnavailable', { whenUnavailable: 'wait' }, ['.whenUnavailable VALUE_INVALID']],
    ['a second action', { sleep: '1s' }, ['.sleep ACTIONS_MIXED']],
    ['a second action of a task', { workflow: 'other' }, ['.workflow ACTIONS_MIXED']],
  ])('is told of a step that is wrong in %s', (_, fields, problems) => {
    expect(codesOf(step(fields))).toEqual(problems.map((problem) => `$.steps[0]${problem}`));
  });

  it.each<[string, object, string[]]>([
    ['no action', { id: 'a' }, [' NO_TARGET']],
    [
      'fields of another action',
      { sleep: '1s', input: 1, strategy: 'first' },
      ['.input FIELD_MISPLACED', '.strategy FIELD_MISPLACED'],
    ],
    ['task for a workflow', { workflow: 'a', task: 1 }, ['.task FIELD_MISPLACED']],
    ['a sleep that is no duration', { sleep: 'long' }, ['.sleep DURATION_INVALID']],
    ['a sleep that is a number', { sleep: 5 }, ['.sleep WRONG_TYPE']],
    ['a sleep until nothing', { sleep: {} }, ['.sleep.until FIELD_MISSING']],
    ['an approval that asks nothing', { approval: {} }, ['.approval.message FIELD_MISSING']],
    ['an approval that is a text', { approval: 'ok?' }, ['.approval WRONG_TYPE']],
    ['a message that is no text', { approval: { message: 7 } }, ['.approval.message WRONG_TYPE']],
    [
      'an unknown timeout policy',
      { approval: { message: 'a', onTimeout: 'continue' } },
      ['.approval.onTimeout VALUE_INVALID'],
    ],
    ['a signal of no name', { signal: {} }, ['.signal.name FIELD_MISSING']],
    ['a signal of a wrong name', { signal: 'Paid!' }, ['.signal NAME_INVALID']],
    ['a signal that is a list', { signal: ['paid'] }, ['.signal WRONG_TYPE']],
  ])('is told of a step with %s', (_, written, problems) => {
    expect(codesOf(workflow({ steps: [written] }))).toEqual(
      problems.map((problem) => `$.steps[0]${problem}`),
    );
  });

  it('is told what may have been meant', () => {
    expect(
      messagesOf({ nmae: 'a', name: 'b', steps: [{ ...task, onErorr: 'fail', whenUnavailable: 'que' }] }),
    ).toEqual([
      'is no field of a workflow. Did you mean "name"?',
      'is no field of a step. Did you mean "onError"?',
      'is "que"; it must be one of "alternative", "queue", "skip", "fail". Did you mean "queue"?',
    ]);
  });

  it('is told the bounds of what is out of them', () => {
    const fields = {
      retry: { attempts: 0, delay: '2h' },
      timeout: '0ms',
      forEach: { items: [], concurrency: '5' },
    };
    expect(messagesOf(step(fields))).toEqual([
      'is 0; it must be a whole number from 1 to 20',
      'is 2h; it must be at most 1h',
      'is 0ms; it must be at least 1ms',
      'must be a whole number from 1 to 100',
    ]);
  });

  it('may not use an id twice, nor one that another step has by its position', () => {
    expect(codesOf(['a', 'b', 'a'].map((id) => ({ id, ...task })))).toEqual(['$[2].id ID_REPEATED']);
    expect(messagesOf(workflow({ steps: [{ id: 'step-2', ...task }, task] }))).toEqual([
      '"step-2" is the id of $.steps[0] already',
    ]);
  });

  it('is told every problem at once, the steps in their order', () => {
    const source = {
      name: 'B',
      version: '1',
      steps: [{ ...task, retry: 1 }, 7, { sleep: 'x' }],
      output: 1,
      extra: 1,
    };
    expect(codesOf(source)).toEqual([
      '$.extra UNKNOWN_FIELD',
      '$.name NAME_INVALID',
      '$.version VERSION_INVALID',
      '$.steps[0].retry WRONG_TYPE',
      '$.steps[1] NOT_A_STEP',
      '$.steps[2].sleep DURATION_INVALID',
    ]);
  });
});

describe('a definition that is too much', () => {
  it('is refused when it is too large, wherever that is', () => {
    const { maxBytes } = DEFINITION_LIMITS;
    const large = 'x'.repeat(maxBytes);
    expect(codesOf([{ ...task, input: large }])).toEqual(['$[0].input DOCUMENT_TOO_LARGE']);
    expect(codesOf(workflow({ output: [large] }))).toEqual(['$.output[0] DOCUMENT_TOO_LARGE']);
    const parts = Array.from({ length: 20 }, () => ({ ...task, input: 'x'.repeat(maxBytes / 10) }));
    expect(codesOf(parts)[0]).toBe('$[9].input DOCUMENT_TOO_LARGE');
  });

  it('is refused when it nests too deep, itself and its steps included', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)]);
    const { maxDepth } = DEFINITION_LIMITS;
    expect(codesOf([{ ...task, input: nest(maxDepth - 2) }])).toEqual([]);
    expect(codesOf([{ ...task, input: nest(maxDepth - 1) }])[0]).toMatch(
      /^\$\[0\]\.input.* DOCUMENT_TOO_DEEP$/,
    );
    expect(codesOf(workflow({ output: nest(maxDepth - 1) }))).toEqual([]);
    expect(codesOf(workflow({ output: nest(maxDepth) }))[0]).toMatch(/DOCUMENT_TOO_DEEP$/);
  });

  it('is refused when it contains itself, or stands for a huge value', () => {
    const cyclic: Record<string, unknown> = { ...task };
    cyclic['input'] = cyclic;
    expect(codesOf([cyclic])[0]).toMatch(/DOCUMENT_TOO_DEEP$/);
    let bomb: unknown = 'x';
    for (let level = 0; level < 28; level += 1) bomb = [bomb, bomb];
    expect(codesOf([{ ...task, input: bomb }])[0]).toMatch(/DOCUMENT_TOO_LARGE$/);
  });

  it('is not answered at length', () => {
    const steps = Array.from({ length: 1_000 }, () =>
      Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`field${at}`, 1])),
    );
    const read = readDefinition(steps);
    expect(!read.ok && read.problems).toHaveLength(1_000);
  });
});

it('never throws over garbage, and says where it is wrong', () => {
  const word = fc.constantFrom(
    'name',
    'steps',
    'capability',
    'input',
    'retry',
    'sleep',
    'approval',
    'x',
    '__proto__',
  );
  const { garbage } = fc.letrec((tie) => ({
    garbage: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      fc.anything(),
      fc.array(tie('garbage'), { maxLength: 4 }),
      fc.dictionary(word, tie('garbage'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(garbage, (source) => {
      const read = readDefinition(source);
      const problems = read.ok ? [] : read.problems;
      expect(problems.filter(({ path, message }) => !path.startsWith('$') || message === '')).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
