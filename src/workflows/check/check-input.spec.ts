import { z } from 'zod';
import { capability, dataType } from '../../agents/index.js';
import { catalogOf } from '../../testing/builders/catalog-of.js';
import { named, AGENTS, type Fields, check, brief, codesOf } from '../../testing/setups/brief-check.js';

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
