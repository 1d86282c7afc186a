import { allOf, anyOf, capability, dataType, type ManifestInput } from '../../agents/index.js';
import type { Schema } from '../../common/index.js';
import { catalogOf } from '../../testing/builders/catalog-of.js';
import type { DefinitionProblem } from '../workflows.errors.js';
import { checkWorkflow } from './check-workflow.js';

/** Accepts texts, or what else a test says. */
function schemaOf(accepts: (value: unknown) => boolean = (value) => typeof value === 'string'): Schema {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (accepts(value) ? { value } : { issues: [{ message: 'is no text' }] }),
    },
  };
}

const Query = dataType('query', schemaOf());
const Report = dataType('report', schemaOf());
const Summary = dataType('summary', schemaOf());
const Article = dataType('article', schemaOf());
const Address = dataType('address', schemaOf());

const Research = capability({
  name: 'research',
  description: 'Finds out.',
  input: Query,
  output: anyOf(Report, Summary),
});
const Write = capability({ name: 'write', description: 'Writes.', input: Report, output: Article });
const Notify = capability({
  name: 'notify',
  description: 'Tells somebody.',
  input: allOf({ text: Article, to: Address }),
  output: Summary,
});

const AGENTS: readonly ManifestInput[] = [
  { name: 'researcher', version: '2.1.0', capabilities: [Research] },
  { name: 'writer', capabilities: [Write, Notify] },
  { name: 'anything', capabilities: ['convert'] },
  { name: 'idler' },
];

const check = (list: unknown, runInput?: unknown, agents = AGENTS) =>
  checkWorkflow(list, {
    catalog: catalogOf(...agents),
    findWorkflow: () => undefined,
    workflowNames: () => [],
    runInput: { value: runInput },
  });

async function problemsOf(...args: Parameters<typeof check>): Promise<readonly DefinitionProblem[]> {
  return (await check(...args)).problems;
}

async function planOf(...args: Parameters<typeof check>) {
  const { problems, plan } = await check(...args);
  expect(problems).toEqual([]);
  return plan!.steps;
}

/** The problems as `path CODE`. */
const codesOf = async (...args: Parameters<typeof problemsOf>) =>
  (await problemsOf(...args)).map(({ path, code }) => `${path} ${code}`);

describe('a bare list', () => {
  it('has ids by position, and the input of a step that has none comes from above', async () => {
    const [first, second] = await planOf([{ capability: 'research', input: 'AI' }, { capability: 'write' }]);
    expect(first).toMatchObject({ id: 'step-1', above: -1, predecessors: [], dependents: [1] });
    expect(first?.action).toMatchObject({ capability: 'research', input: { constant: { value: 'AI' } } });
    expect(second).toMatchObject({ id: 'step-2', above: 0, predecessors: [0], dependents: [] });
    expect(second?.action).toEqual({ kind: 'task', capability: 'write', queueTimeoutMs: 86_400_000 });
  });

  it('takes the form of agent and task', async () => {
    const steps = await planOf([
      { agent: 'researcher', task: 'AI' },
      { agent: 'anything@^1.0.0', task: {} },
    ]);
    expect(steps.map(({ action }) => action)).toMatchObject([
      { agent: 'researcher', input: { constant: { value: 'AI' } } },
      { agent: 'anything@^1.0.0', input: { constant: { value: {} } } },
    ]);
  });

  it('takes an agent and which of its capabilities is meant', async () => {
    const [step] = await planOf([{ agent: 'writer', capability: 'write', input: 'facts' }]);
    expect(step?.action).toMatchObject({ agent: 'writer', capability: 'write' });
  });

  it('keeps null, false and empty inputs as inputs', async () => {
    const values = [null, false, 0, ''];
    const steps = await planOf(values.map((input) => ({ capability: 'convert', input })));
    expect(steps.map(({ action }) => action)).toMatchObject(
      values.map((value) => ({ input: { constant: { value } } })),
    );
  });

  it('treats fields that are undefined as absent', async () => {
    const unset = { id: undefined, agent: undefined, input: undefined };
    const [step] = await planOf([{ ...unset, capability: 'convert', task: 'x' }]);
    expect(step).toMatchObject({ id: 'step-1', action: { input: { constant: { value: 'x' } } } });
  });

  it('is planned as a frozen copy of what the caller holds', async () => {
    const input = { topic: 'AI' };
    const list = [{ capability: 'convert', input }];
    const checking = check(list);
    input.topic = 'changed';
    list.push({ capability: 'unknown', input });
    const { bundle } = await checking;
    expect(bundle?.main).toEqual({
      name: 'list',
      version: '1.0.0',
      steps: [{ id: 'step-1', capability: 'convert', input: { topic: 'AI' } }],
    });
    const [step] = bundle!.main.steps as { input?: unknown }[];
    expect([step, step?.input].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('takes as many as 1 000 steps', async () => {
    const list = Array.from({ length: 1_000 }, () => ({ capability: 'convert', input: 1 }));
    expect(await planOf(list)).toHaveLength(1_000);
    expect(await codesOf([...list, ...list])).toEqual(['$ TOO_MANY_STEPS']);
  });
});

describe('a definition that cannot be run', () => {
  it('is told every problem at once, each with its place', async () => {
    const list = [
      { capability: 'reserch', input: 'AI' },
      { id: 'Step Two', capability: 'write', input: 7, retries: 3 },
      { capability: 'write' },
      { agent: 'riter', task: 'x' },
      'write',
    ];
    expect(await codesOf(list)).toEqual([
      '$[0].capability CAPABILITY_UNKNOWN',
      '$[1].retries UNKNOWN_FIELD',
      '$[1].id ID_INVALID',
      '$[1].input INPUT_INVALID',
      '$[2].input TYPES_DO_NOT_FIT',
      '$[3].agent AGENT_UNKNOWN',
      '$[4] NOT_A_STEP',
    ]);
  });

  it.each([
    ['nothing', undefined, '$ NOT_A_WORKFLOW'],
    ['a step alone', { capability: 'convert' }, '$ NOT_A_WORKFLOW'],
    ['an empty list', [], '$ NO_STEPS'],
    ['a list of nothing', [undefined], '$[0] NOT_A_STEP'],
    ['a list with a hole', Array(1), '$[0] NOT_A_STEP'],
    ['a list of lists', [[]], '$[0] NOT_A_STEP'],
    ['null for a step', [null], '$[0] NOT_A_STEP'],
    ['an instance for a step', [new Map()], '$[0] NOT_A_STEP'],
    ['a step that names nobody', [{ input: 1 }], '$[0] NO_TARGET'],
    ['null for a capability', [{ capability: null }], '$[0].capability WRONG_TYPE'],
    ['a number for an agent', [{ agent: 5 }], '$[0].agent WRONG_TYPE'],
    ['null for an id', [{ id: null, capability: 'convert', input: 1 }], '$[0].id ID_INVALID'],
    ['input and task', [{ capability: 'convert', input: 1, task: 1 }], '$[0].task INPUT_TWICE'],
    ['no input at all', [{ capability: 'convert' }], '$[0].input INPUT_MISSING'],
    ['an unknown agent', [{ agent: 'nobody', task: 1 }], '$[0].agent AGENT_UNKNOWN'],
    ['a version that is not there', [{ agent: 'writer@^9.0.0' }], '$[0].agent AGENT_UNKNOWN'],
    ['a range that is none', [{ agent: 'writer@newest' }], '$[0].agent VERSION_RANGE_INVALID'],
    ['one of several, unnamed', [{ agent: 'writer', task: 1 }], '$[0].capability CAPABILITY_AMBIGUOUS'],
    ['an agent without any', [{ agent: 'idler', task: 1 }], '$[0].capability CAPABILITY_AMBIGUOUS'],
    [
      'what the agent cannot do',
      [{ agent: 'writer', capability: 'research', input: 'x' }],
      '$[0].capability CAPABILITY_UNSUPPORTED',
    ],
  ])('is refused for %s', async (_, list, problem) => {
    expect(await codesOf(list)).toEqual([problem]);
  });

  it('suggests what may have been meant', async () => {
    const list = [{ capability: 'reserch', inptu: 'AI' }, { agent: 'riter' }];
    expect((await problemsOf(list)).map(({ message }) => message)).toEqual([
      'is no field of a step. Did you mean "input"?',
      'nobody provides "reserch". Did you mean "research"?',
      'No agent "riter" is registered. Did you mean "writer"?',
    ]);
  });

  it('says which versions there are when none fits', async () => {
    const [problem] = await problemsOf([{ agent: 'researcher@1.x' }]);
    expect(problem?.message).toBe(
      'No agent "researcher@1.x" is registered. Its registered versions are 2.1.0.',
    );
  });

  it('may not use an id twice, nor one that another step has by its position', async () => {
    const steps = ['a', 'b', 'a'].map((id) => ({ id, capability: 'convert', input: 1 }));
    expect(await codesOf(steps)).toEqual(['$[2].id ID_REPEATED']);
    const byPosition = [{ id: 'step-2', capability: 'convert', input: 1 }, { capability: 'convert' }];
    expect((await problemsOf(byPosition))[0]?.message).toBe('"step-2" is the id of $[0] already');
  });
});

describe('the input of a step', () => {
  it('may be one of the outputs of the step before', async () => {
    expect(await problemsOf([{ capability: 'research', input: 'AI' }, { capability: 'write' }])).toEqual([]);
  });

  it('is the input of the run for a first step without one', async () => {
    expect(await codesOf([{ capability: 'research' }], 'AI')).toEqual([]);
    expect(await problemsOf([{ capability: 'research' }], 7)).toEqual([
      { path: '$[0].input', code: 'INPUT_INVALID', message: 'does not fit: $: is no text' },
    ]);
  });

  it('may not be of another type than the step takes', async () => {
    const [problem] = await problemsOf([{ capability: 'write', input: 'x' }, { capability: 'research' }]);
    expect(problem).toMatchObject({ path: '$[1].input', code: 'TYPES_DO_NOT_FIT' });
    expect(problem?.message).toMatch(/^takes query, but the step before makes article; give it an input/);
  });

  it('cannot be a single output where an object of several is needed', async () => {
    const [problem] = await problemsOf([{ capability: 'write', input: 'x' }, { capability: 'notify' }]);
    expect(problem?.message).toMatch(/^takes an object of article and address, but/);
    const oneMember = capability({
      name: 'print',
      description: 'Prints.',
      input: allOf({ text: Article }),
      output: Summary,
    });
    const agents = [...AGENTS, { name: 'printer', capabilities: [oneMember] }];
    const list = [{ capability: 'write', input: 'x' }, { capability: 'print' }];
    expect(await codesOf(list, undefined, agents)).toEqual(['$[1].input TYPES_DO_NOT_FIT']);
  });

  it('is left to the run where either side is open', async () => {
    const list = ['write', 'convert', 'notify', 'convert', 'research'].map((name) => ({ capability: name }));
    expect(await problemsOf(list, 'facts')).toEqual([]);
  });

  it('fits when one of the providers takes it', async () => {
    const wide = capability({
      name: 'research',
      description: 'Finds out more.',
      input: anyOf(Query, Article),
      output: Report,
    });
    const agents = [...AGENTS, { name: 'scholar', capabilities: [wide] }];
    const list = [{ capability: 'write', input: 'x' }, { capability: 'research' }];
    expect(await problemsOf(list, undefined, agents)).toEqual([]);
    expect(await codesOf([list[0], { agent: 'researcher' }], undefined, agents)).toEqual([
      '$[1].input TYPES_DO_NOT_FIT',
    ]);
  });

  it('is not judged when the step before is wrong itself', async () => {
    const list = [{ capability: 'nothing' }, { capability: 'write' }, { capability: 'notify' }];
    expect(await codesOf(list)).toEqual([
      '$[0].capability CAPABILITY_UNKNOWN',
      '$[2].input TYPES_DO_NOT_FIT',
    ]);
  });

  it('may be checked by a schema that takes its time', async () => {
    const Slow = dataType('slow', {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => Promise.resolve(value === 'right' ? { value } : { issues: [{ message: 'no' }] }),
      },
    } satisfies Schema);
    const slow = capability({ name: 'slow', description: 'Slow.', input: Slow, output: Slow });
    const agents = [{ name: 'snail', capabilities: [slow] }];
    expect(await codesOf([{ capability: 'slow' }], 'right', agents)).toEqual([]);
    expect(await codesOf([{ capability: 'slow' }], 'wrong', agents)).toEqual(['$[0].input INPUT_INVALID']);
  });
});

describe('a hostile definition', () => {
  it.each([
    ['a function', { capability: 'convert', input: { then: () => 1 } }, '$[0].input.then WRONG_TYPE'],
    ['a date', { capability: 'convert', input: [new Date(0)] }, '$[0].input[0] WRONG_TYPE'],
    [
      'a getter that throws',
      {
        get capability(): never {
          throw new RangeError('no');
        },
      },
      '$[0] NOT_A_STEP',
    ],
    ['an instance with the right fields', Object.create({ capability: 'convert' }), '$[0] NOT_A_STEP'],
    [
      'a member named __proto__',
      JSON.parse('{"capability": "convert", "input": 1, "__proto__": {"agent": "writer"}}'),
      '$[0].__proto__ UNKNOWN_FIELD',
    ],
    [
      'what every object inherits',
      { capability: 'constructor', input: 1 },
      '$[0].capability CAPABILITY_UNKNOWN',
    ],
    ['__proto__ for an agent', { agent: '__proto__', task: 1 }, '$[0].agent AGENT_UNKNOWN'],
  ])('gets nowhere with %s', async (_, step, problem) => {
    expect(await codesOf([step])).toEqual([problem]);
  });

  it('gets nowhere with a value that contains itself', async () => {
    const step: Record<string, unknown> = { capability: 'convert' };
    step['input'] = step;
    expect(await problemsOf([step])).toMatchObject([
      { code: 'DOCUMENT_TOO_DEEP', message: 'nests deeper than 32 levels' },
    ]);
  });

  it('is not answered at length', async () => {
    const long = 'x'.repeat(100_000);
    const fields = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at) => [`${long.slice(0, 90)}${at}`, 1]),
    );
    const problems = await problemsOf([
      { capability: long, ...fields },
      { agent: 'writer', capability: long },
    ]);
    expect(problems).toHaveLength(22);
    for (const { path, message } of problems) expect(path.length + message.length).toBeLessThan(300);
  });
});
