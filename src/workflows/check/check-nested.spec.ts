import { type Fields, check, brief, codesOf, messagesOf } from '../../testing/setups/brief-check.js';

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
