import fc from 'fast-check';
import { parseDocument } from '../definition/parse-document.js';
import { compileWorkflow } from '../plan/compile.js';
import { MARKET_BRIEF, check, brief, codesOf, messagesOf } from '../../testing/setups/brief-check.js';

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
