import { type Fields, brief, codesOf, messagesOf } from '../../testing/setups/brief-check.js';

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
