import fc from 'fast-check';
import { isName, nameOfClass } from './names.js';

describe('isName', () => {
  it.each(['a', 'web_research', 'web-research', 'v2', 'a1_b2-c3', 'x'.repeat(64)])('takes %p', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each([
    '',
    'Web',
    '2nd',
    '_a',
    'a_',
    'a__b',
    'a_-b',
    'a b',
    'a.b',
    'a\n',
    'é',
    'x'.repeat(65),
    '__proto__',
    undefined,
    null,
    3,
    ['a'],
    { toString: () => 'a' },
  ])('refuses %p', (name) => {
    expect(isName(name)).toBe(false);
  });
});

describe('nameOfClass', () => {
  it.each([
    ['WebResearchAgent', 'web_research'],
    ['HTTPServerAgent', 'http_server'],
    ['S3UploadAgent', 's3_upload'],
    ['GPT4Agent', 'gpt4'],
    ['Agent', 'agent'],
    ['Translator', 'translator'],
    ['AgentOfChange', 'agent_of_change'],
    ['ResearchAgentV2', 'research_agent_v2'],
    ['', ''],
  ])('names %p', (className, name) => {
    expect(nameOfClass(className, 'Agent')).toBe(name);
  });

  it('gives a valid name for every class name in camel case', () => {
    const word = fc.stringMatching(/^[A-Z][a-z0-9]{1,6}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        expect(isName(nameOfClass(words.join(''), 'Agent'))).toBe(true);
      }),
    );
  });
});
