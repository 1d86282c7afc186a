import fc from 'fast-check';
import { z } from 'zod';
import { allOf, anyOf, capability, dataType, type ManifestInput } from '../../agents/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';
import { catalogOf } from '../../testing/catalog-of.js';
import { parseDocument } from '../definition/parse-document.js';
import { compileWorkflow } from '../plan/compile.js';
import { checkWorkflow } from './check-workflow.js';
import type { CheckEnvironment, CheckResult } from './check.types.js';

const Query = dataType('search_query', z.string().min(1));
const Company = dataType('company_name', z.string());
const Report = dataType('research_report', z.object({ findings: z.array(z.string()) }));
const Rivals = dataType('rivals', z.object({ names: z.array(z.string()) }));
const Article = dataType('article', z.object({ body: z.string() }));
const Payment = dataType('payment', z.object({ amount: z.number() }));
const Answer = dataType('answer', z.object({ approved: z.boolean() }));

const named = (name: string) => ({ name, description: `Does ${name}.` });
const Research = capability({ ...named('web_research'), input: Query, output: Report });
const Rivalry = capability({ ...named('competitive_analysis'), input: Company, output: Rivals });
const Writing = capability({
  ...named('content_writing'),
  input: allOf({ report: Report, rivals: Rivals }),
  output: Article,
});
const Plain = capability({ ...named('plain_summary'), input: anyOf(Report, Rivals), output: Article });
const Publish = capability({ ...named('publish'), input: Article, output: Payment });
const Decide = capability({ ...named('decide'), input: Answer, output: Article });

const AGENTS: readonly ManifestInput[] = [
  { name: 'researcher', version: '2.1.0', capabilities: [Research, Rivalry] },
  { name: 'writer', capabilities: [Writing, Plain] },
  { name: 'publisher', capabilities: [Publish] },
  { name: 'judge', capabilities: [Decide] },
  { name: 'anything', capabilities: ['convert'] },
];

const MARKET_BRIEF = `
name: market_brief
version: 1.0.0
input: { topic: search_query, company: company_name }
steps:
  - id: research
    capability: web_research
    input: \${ input.topic }
    retry: { attempts: 3, backoff: exponential, delay: 1s }
    timeout: 30s
  - id: rivals
    capability: competitive_analysis
    input: \${ input.company }
    after: []
    optional: true
  - id: approve
    approval: { message: "Publish a brief on \${ input.topic }?", timeout: 24h, onTimeout: fail }
    after: [research, rivals]
  - id: write
    capability: content_writing
    when: \${ size(steps.research.output.findings) > 0 }
    input: { report: "\${ steps.research.output }", rivals: "\${ steps.rivals.output }" }
    onError: { fallback: { capability: plain_summary, input: "\${ steps.research.output }" } }
output: \${ steps.write.output }
`;

type Fields = Record<string, unknown>;
type Surroundings = Partial<CheckEnvironment> & { readonly workflows?: Readonly<Record<string, unknown>> };

function check(source: unknown, { workflows = {}, ...environment }: Surroundings = {}): Promise<CheckResult> {
  return checkWorkflow(source, {
    catalog: catalogOf(...AGENTS),
    findWorkflow: (reference) => workflows[reference] as WorkflowDefinition | undefined,
    workflowNames: () => Object.keys(workflows),
    ...environment,
  });
}

const brief = (steps: readonly Fields[], fields: Fields = {}) => ({ name: 'brief', steps, ...fields });

/** The problems as `path CODE`. */
const codesOf = async (...args: Parameters<typeof check>) =>
  (await check(...args)).problems.map(({ path, code }) => `${path} ${code}`);

const messagesOf = async (...args: Parameters<typeof check>) =>
  (await check(...args)).problems.map(({ message }) => message);

describe('checkWorkflow', () => {
  it('finds nothing wrong with the example of the design', async () => {
    const parsed = parseDocument(MARKET_BRIEF, 'yaml');
    const { problems, warnings, plan, bundle, inputIssues } = await check(parsed.ok && parsed.value);
    expect({ problems, warnings, inputIssues }).toEqual({ problems: [], warnings: [], inputIssues: [] });
    expect(plan?.steps.map(({ id, predecessors }) => [id, predecessors])).toEqual([
      ['research', []],
      ['rivals', []],
      ['approve', [0, 1]],
      ['write', [2]],
    ]);
    expect(bundle).toMatchObject({ main: { name: 'market_brief', version: '1.0.0' }, nested: {} });
  });

  it('gives a bundle that compiles to the same plan, also after it was stored', async () => {
    const parsed = parseDocument(MARKET_BRIEF, 'yaml');
    const { plan, bundle } = await check(parsed.ok && parsed.value);
    const stored = JSON.parse(JSON.stringify(bundle)) as NonNullable<typeof bundle>;
    expect(JSON.stringify(compileWorkflow(stored))).toBe(JSON.stringify(plan));
  });

  it('tells every problem of every kind at once, and gives no plan', async () => {
    const result = await check({
      name: 'Brief',
      input: { topic: 'serch_query' },
      steps: [
        { id: 'research', capability: 'web_reserch', input: '${ input.topic }' },
        { id: 'rivals', capability: 'competitive_analysis', input: 7, after: ['reserch'] },
        {
          id: 'write',
          capability: 'content_writing',
          input: { report: '${ steps.rivals.output }' },
          retry: 3,
        },
        { agent: 'publisher@^9.0.0', onError: { fallback: { capability: 'publsh' } } },
        { workflow: 'other' },
        { id: 'out', capability: 'convert', input: '${ steps.write.output', when: false },
      ],
    });
    expect(result.problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
      '$.name NAME_INVALID',
      '$.input.topic DATA_TYPE_UNKNOWN',
      '$.steps[0].capability CAPABILITY_UNKNOWN',
      '$.steps[1].after[0] STEP_UNKNOWN',
      '$.steps[1].input INPUT_INVALID',
      '$.steps[2].retry WRONG_TYPE',
      '$.steps[2].input.report TYPES_DO_NOT_FIT',
      '$.steps[2].input.rivals INPUT_INVALID',
      '$.steps[3].agent AGENT_UNKNOWN',
      '$.steps[3].onError.fallback.capability CAPABILITY_UNKNOWN',
      '$.steps[4].workflow WORKFLOW_UNKNOWN',
      '$.steps[5].input EXPRESSION_INVALID',
      '$.steps[5].when DEAD_STEP',
    ]);
    expect([result.plan, result.bundle]).toEqual([undefined, undefined]);
  });

  it('keeps the name of bare lists for them', async () => {
    const list = { name: 'list', steps: [{ capability: 'convert', input: 1 }] };
    expect(await codesOf(list)).toEqual(['$.name NAME_INVALID']);
    expect((await check(list.steps)).bundle?.main.name).toBe('list');
  });

  it('takes only strategies that there are, where it knows them', async () => {
    const steps = [{ capability: 'convert', input: 1, strategy: 'least-load' }];
    expect(await codesOf(brief(steps))).toEqual([]);
    const strategyNames = () => ['first', 'least-loaded'];
    expect(await messagesOf(brief(steps), { strategyNames })).toEqual([
      'there is no strategy "least-load". Did you mean "least-loaded"?',
    ]);
    expect(await codesOf(brief([{ ...steps[0], strategy: 'first' }]), { strategyNames })).toEqual([]);
    const other = [{ capability: 'convert', input: 1, strategy: 'quantum' }];
    expect(await messagesOf(brief(other), { strategyNames })).toEqual([
      'there is no strategy "quantum". There are first, least-loaded.',
    ]);
  });
});

describe('what flows into a step', () => {
  const research = { id: 'research', capability: 'web_research', input: 'AI' };

  it.each<[string, Fields, string[]]>([
    ['a whole output', { capability: 'plain_summary', input: '${ steps.research.output }' }, []],
    [
      'a whole output of another type',
      { capability: 'publish', input: '${ steps.research.output }' },
      ['.input TYPES_DO_NOT_FIT'],
    ],
    [
      'a part of an output, of which nothing is known',
      { capability: 'publish', input: '${ steps.research.output.x }' },
      [],
    ],
    ['a member of the input', { capability: 'web_research', input: '${ input.topic }' }, []],
    [
      'a member of another type',
      { capability: 'plain_summary', input: '${ input.topic }' },
      ['.input TYPES_DO_NOT_FIT'],
    ],
    ['a member of any type', { capability: 'publish', input: '${ input.any }' }, []],
    ['a text with expressions in it', { capability: 'publish', input: 'on ${ input.topic }' }, []],
    [
      'an object made of parts, for alternatives',
      { capability: 'publish', input: { body: '${ input.topic }' } },
      [],
    ],
    ['a literal', { capability: 'publish', input: { body: 'text' } }, []],
    [
      'a literal that does not fit',
      { capability: 'publish', input: { boddy: 'text' } },
      ['.input INPUT_INVALID'],
    ],
    ['an escaped expression, which is a literal', { capability: 'web_research', input: '$${ x }' }, []],
    ['the whole input, for alternatives', { capability: 'publish', input: '${ input }' }, []],
    [
      'the whole input, for a required set',
      { capability: 'content_writing', input: '${ input }' },
      [
        '.input.topic INPUT_INVALID',
        '.input.any INPUT_INVALID',
        '.input.report INPUT_INVALID',
        '.input.rivals INPUT_INVALID',
      ],
    ],
    [
      'members of a required set',
      {
        capability: 'content_writing',
        input: { report: '${ steps.research.output }', rivals: { names: [] } },
      },
      [],
    ],
    [
      'members that do not fit',
      {
        capability: 'content_writing',
        input: { report: { findings: 'x' }, rivals: '${ steps.research.output }', tone: '${ input.any }' },
      },
      ['.input.tone INPUT_INVALID', '.input.report INPUT_INVALID', '.input.rivals TYPES_DO_NOT_FIT'],
    ],
    [
      'a single output where a set is required',
      { capability: 'content_writing', input: '${ steps.research.output }' },
      ['.input TYPES_DO_NOT_FIT'],
    ],
    [
      'an output for a forEach, item by item',
      {
        capability: 'web_research',
        forEach: { items: '${ steps.research.output.findings }' },
      },
      [],
    ],
    [
      'a data type that is named',
      { capability: 'plain_summary', inputType: 'rivals', input: '${ input.any }' },
      [],
    ],
    [
      'a data type that is not taken',
      { capability: 'plain_summary', inputType: 'article', input: '${ input.any }' },
      ['.inputType TYPES_DO_NOT_FIT'],
    ],
    [
      'a literal that is not of the type named',
      { capability: 'plain_summary', inputType: 'rivals', input: { findings: [] } },
      ['.input INPUT_INVALID'],
    ],
  ])('is %s', async (_, step, problems) => {
    const input = { topic: 'search_query', any: 'json' };
    expect(await codesOf(brief([research, { after: ['research'], ...step }], { input }))).toEqual(
      problems.map((problem) => `$.steps[1]${problem}`),
    );
  });

  it('may name the data types of a required set together', async () => {
    const step = { capability: 'content_writing', input: '${ input.any }' };
    const typed = (inputType: string) => codesOf(brief([{ ...step, inputType }]));
    expect(await typed('research_report+rivals')).toEqual([]);
    expect(await typed('rivals')).toEqual(['$.steps[0].inputType TYPES_DO_NOT_FIT']);
  });

  it('is unknown where the workflow declares no input', async () => {
    const inputs = ['${ input.a }', '${ input }', { body: '${ input }' }];
    expect(await codesOf(brief(inputs.map((input) => ({ capability: 'publish', input }))))).toEqual([]);
  });

  it('is told with who makes it', async () => {
    const steps = [
      research,
      { id: 'a', capability: 'publish', input: '${ steps.research.output }' },
      { id: 'b', capability: 'publish', input: '${ input.topic }' },
      { id: 'c', capability: 'publish', after: ['research'] },
    ];
    const remedy = 'give it an input, or let the two share a data type';
    expect(await messagesOf(brief(steps, { input: { topic: 'search_query' } }))).toEqual([
      `takes article, but "research" makes research_report; ${remedy}`,
      `takes article, but the member "topic" of the input is search_query; ${remedy}`,
      `takes article, but the step before makes research_report; ${remedy}`,
    ]);
  });

  it('must be said where a step follows several', async () => {
    const steps = [
      research,
      { ...research, id: 'more', after: [] },
      { capability: 'convert', after: ['research', 'more'] },
    ];
    expect(await messagesOf(brief(steps))).toEqual([
      'is missing: the step follows several others, so it must say what it takes',
    ]);
    expect(
      await codesOf(brief([...steps.slice(0, 2), { signal: 'go', after: ['research', 'more'] }])),
    ).toEqual([]);
  });

  it('passes a sleep, but not an approval', async () => {
    const pause = [research, { sleep: '1h' }, { capability: 'plain_summary' }];
    expect(await codesOf(brief(pause))).toEqual([]);
    const ask = [research, { approval: { message: 'Go on?' } }, { capability: 'plain_summary' }];
    expect(await messagesOf(brief(ask))).toEqual([
      'takes research_report or rivals, but the step before makes the answer of a person, { approved, comment?, by? }; give it an input, or let the two share a data type',
    ]);
    expect(
      await codesOf(brief([ask[1]!, { capability: 'decide' }, ask[1]!, { capability: 'convert' }])),
    ).toEqual([]);
  });

  it('is what a signal carries, of a data type that there is', async () => {
    const steps = [{ signal: { name: 'paid', type: 'payment' } }, { capability: 'publish' }];
    expect(await codesOf(brief(steps))).toEqual(['$.steps[1].input TYPES_DO_NOT_FIT']);
    expect(await codesOf(brief([{ signal: 'paid' }, { capability: 'publish' }]))).toEqual([]);
    expect(await messagesOf(brief([{ signal: { name: 'paid', type: 'paymnt' } }]))).toEqual([
      'no capability takes or makes a "paymnt". Did you mean "payment"?',
    ]);
  });

  it('may be made by a fallback', async () => {
    const fallback = { capability: 'competitive_analysis', input: 'ACME' };
    const steps = [
      { ...research, onError: { fallback } },
      { capability: 'plain_summary' },
      { capability: 'publish' },
    ];
    expect(await codesOf(brief(steps))).toEqual([]);
    expect(await codesOf(brief([steps[0]!, { capability: 'publish' }]))).toEqual([
      '$.steps[1].input TYPES_DO_NOT_FIT',
    ]);
  });

  it('is for a fallback what the step takes, and for what undoes it what it made', async () => {
    const step = {
      ...research,
      onError: { fallback: { capability: 'publish' } },
      compensate: { capability: 'publish' },
    };
    expect(await messagesOf(brief([step]))).toEqual([
      expect.stringMatching(/^does not fit: /),
      'takes article, but the step makes research_report; give it an input, or let the two share a data type',
    ]);
    expect(await codesOf(brief([step]))).toEqual([
      '$.steps[0].onError.fallback.input INPUT_INVALID',
      '$.steps[0].compensate.input TYPES_DO_NOT_FIT',
    ]);
  });

  it('is not judged behind steps that go round in a circle', async () => {
    const steps = [
      { id: 'a', capability: 'publish', after: ['b'] },
      { id: 'b', capability: 'web_research' },
    ];
    expect(await codesOf(brief(steps))).toEqual(['$.steps[0].after CYCLE']);
  });
});

describe('the input of a workflow', () => {
  it('is of data types that there are, with defaults of them', async () => {
    const input = {
      topic: 'search_query',
      company: { type: 'company', optional: true },
      tone: { type: 'company_name', default: 7 },
      any: { type: 'json', default: { a: 1 } },
    };
    const steps = [{ capability: 'convert', input: 1 }];
    expect((await check(brief(steps, { input }))).problems).toMatchObject([
      {
        path: '$.input.company.type',
        code: 'DATA_TYPE_UNKNOWN',
        message: expect.stringContaining('"company_name"'),
      },
      { path: '$.input.tone.default', code: 'INPUT_INVALID' },
    ]);
  });

  it('may be of the types of releases that stand by', async () => {
    const Old = dataType('old_report', z.string());
    const OldResearch = capability({ ...named('old_research'), input: Old, output: Old });
    const agents = [...AGENTS, { name: 'researcher', version: '1.0.0', capabilities: [OldResearch] }];
    const source = brief([{ agent: 'researcher@^1.0.0', input: '${ input.a }' }], {
      input: { a: 'old_report' },
    });
    expect(await codesOf(source, { catalog: catalogOf(...agents) })).toEqual([]);
  });

  describe('of a run', () => {
    const source = brief([{ capability: 'convert', input: '${ input }' }], {
      input: {
        topic: 'search_query',
        company: { type: 'company_name', default: 'ACME' },
        more: { type: 'json', optional: true },
      },
    });
    const given = (value: unknown) => check(source, { runInput: { value } });

    it('gets its defaults', async () => {
      expect((await given({ topic: 'AI' })).input).toEqual({ topic: 'AI', company: 'ACME' });
      expect((await given({ topic: 'AI', company: 'X', more: [1] })).input).toEqual({
        topic: 'AI',
        company: 'X',
        more: [1],
      });
    });

    it.each<[string, unknown, unknown[]]>([
      ['nothing', undefined, [{ path: '$.topic', message: 'is missing; it is a search_query' }]],
      [
        'no object',
        'AI',
        [{ path: '$', message: 'must be an object with the members topic, company, more' }],
      ],
      ['a list', [], [{ path: '$', message: 'must be an object with the members topic, company, more' }]],
      [
        'a member too many',
        { topic: 'AI', topik: 1 },
        [{ path: '$.topik', message: 'is no member of this input. Did you mean "topic"?' }],
      ],
      [
        'a member that does not fit',
        { topic: 7, company: null },
        [
          { path: '$.topic', message: expect.stringContaining('expected string') },
          { path: '$.company', message: expect.stringContaining('expected string') },
        ],
      ],
    ])('is refused for %s', async (_, value, issues) => {
      const result = await given(value);
      expect(result.problems).toEqual([]);
      expect(result.inputIssues).toEqual(issues);
      expect('input' in result).toBe(false);
    });

    it('is any JSON where none is declared', async () => {
      const open = brief([{ capability: 'convert' }]);
      expect((await check(open, { runInput: { value: 7 } })).input).toBe(7);
      expect(await codesOf(open, { runInput: { value: undefined } })).toEqual([
        '$.steps[0].input INPUT_MISSING',
      ]);
      expect(await codesOf(open)).toEqual([]);
    });

    it('is held against a first step that takes it as a whole', async () => {
      const whole = (fields: Fields) =>
        codesOf(brief([{ capability: 'web_research', ...fields }], { input: { topic: 'search_query' } }), {
          runInput: { value: { topic: 'AI' } },
        });
      expect(await whole({})).toEqual(['$.steps[0].input INPUT_INVALID']);
      expect(await whole({ when: '${ input.topic != "AI" }' })).toEqual([]);
    });
  });
});

describe('a workflow within a workflow', () => {
  const inner = {
    name: 'inner',
    version: '1.2.0',
    input: { topic: 'search_query', company: { type: 'company_name', optional: true } },
    steps: [{ id: 'research', capability: 'web_research', input: '${ input.topic }' }],
  };
  const workflows = { inner };

  it('is given what it declares', async () => {
    const input = { topic: 'search_query', rivals: 'rivals' };
    const cases: [Fields, string[]][] = [
      [{ input: { topic: '${ input.topic }' } }, []],
      [{ input: { topic: 'AI', company: '${ input.topic.x }' } }, []],
      [{ input: '${ input.topic }' }, []],
      [{ input: { topic: '${ input.rivals }' } }, ['.input.topic TYPES_DO_NOT_FIT']],
      [{ input: { topic: '', company: 'ACME' } }, ['.input.topic INPUT_INVALID']],
      [
        { input: { topik: '${ input.topic }' } },
        ['.input.topik INPUT_INVALID', '.input.topic INPUT_INVALID'],
      ],
      [{ input: 'AI' }, ['.input INPUT_INVALID']],
      [{}, ['.input.rivals INPUT_INVALID']],
    ];
    for (const [fields, problems] of cases) {
      const source = brief([{ workflow: 'inner', ...fields }], { input });
      expect(await codesOf(source, { workflows })).toEqual(problems.map((problem) => `$.steps[0]${problem}`));
    }
  });

  it('may be given nothing where nothing is required of it', async () => {
    const source = brief([{ workflow: 'inner' }]);
    const free = { ...inner, input: { topic: { type: 'search_query', default: 'AI' } } };
    const runInput = { value: undefined };
    expect(await codesOf(source, { workflows: { inner: free }, runInput })).toEqual([]);
    expect(await codesOf(source, { workflows, runInput })).toEqual(['$.steps[0].input.topic INPUT_INVALID']);
  });

  it('makes what its last step makes, or its output', async () => {
    const use = (fields: Fields) =>
      codesOf(brief([{ workflow: 'inner', input: { topic: 'AI' } }, { capability: 'publish' }]), {
        workflows: { inner: { ...inner, ...fields } },
      });
    expect(await use({})).toEqual(['$.steps[1].input TYPES_DO_NOT_FIT']);
    expect(await use({ output: '${ steps.research.output }' })).toEqual([
      '$.steps[1].input TYPES_DO_NOT_FIT',
    ]);
    expect(await use({ output: { body: '${ input.topic }' } })).toEqual([]);
    expect(await use({ output: { body: 'fixed' } })).toEqual([]);
    expect(await use({ output: 'fixed' })).toEqual(['$.steps[1].input INPUT_INVALID']);
    expect(await use({ output: '${ input.topic }' })).toEqual(['$.steps[1].input TYPES_DO_NOT_FIT']);
  });

  it('is checked whole itself, at every depth, and told of where it is used', async () => {
    const outer = brief([{ workflow: 'middle' }, { workflow: 'middle' }]);
    const middle = { name: 'middle', steps: [{ workflow: 'inner', input: { topic: 'AI' } }] };
    const broken = { ...inner, steps: [{ capability: 'web_reserch', input: 'AI' }] };
    expect((await check(outer, { workflows: { middle, inner: broken } })).problems).toEqual([
      {
        path: '$.steps[0].workflow',
        code: 'CAPABILITY_UNKNOWN',
        message:
          'in middle@1.0.0 at $.steps[0].workflow: in inner@1.2.0 at $.steps[0].capability: nobody provides "web_reserch". Did you mean "web_research"?',
      },
    ]);
  });

  it('is bundled by the reference as it is written', async () => {
    const { bundle } = await check(
      brief([
        { workflow: 'inner@^1.0.0', input: { topic: 'AI' } },
        { workflow: 'inner', input: { topic: 'AI' } },
      ]),
      {
        workflows: { inner, 'inner@^1.0.0': inner },
      },
    );
    expect(Object.keys(bundle?.nested ?? {})).toEqual(['inner@^1.0.0', 'inner']);
    expect(bundle?.nested['inner']).toMatchObject({ name: 'inner', version: '1.2.0' });
  });

  it('is not checked by itself for what cannot be found in it', async () => {
    expect(await messagesOf(brief([{ workflow: 'iner' }]), { workflows })).toEqual([
      'there is no workflow "iner". Did you mean "inner"?',
    ]);
  });
});

describe('garbage', () => {
  const fields =
    'name steps id after when capability agent workflow input output forEach items repeat until max retry onError fallback compensate sleep approval message signal';
  const texts = 'web_research researcher inner step-1 1s fail ${input} ${steps.a.output} ${ a';
  const field = fc.constantFrom(...fields.split(' '));
  const word = fc.constantFrom<unknown>(...texts.split(' '), true, false, 1, 0, null, []);
  const { garbage } = fc.letrec((tie) => ({
    garbage: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      word,
      fc.array(tie('garbage'), { maxLength: 3 }),
      fc.dictionary(field, tie('garbage'), { maxKeys: 5 }),
    ),
  }));

  it('gives problems and never throws', async () => {
    const source = fc.oneof(
      garbage,
      fc.array(fc.dictionary(field, garbage, { maxKeys: 5 }), { minLength: 1, maxLength: 3 }),
    );
    const workflows = { inner: brief([{ capability: 'convert', input: 1 }]) };
    await fc.assert(
      fc.asyncProperty(source, async (written) => {
        const { problems, plan } = await check(written, { workflows });
        expect(plan === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
