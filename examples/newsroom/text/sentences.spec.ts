import { figuresIn } from './facts.js';
import { namesIn } from './names.js';
import { keyTerms, MAX_SENTENCES, splitSentences } from './sentences.js';

const textsOf = (prose: string): string[] => splitSentences(prose).map(({ text }) => text);

describe('splitSentences', () => {
  it('does not end a sentence at an abbreviation or a decimal point', () => {
    expect(textsOf('It met Dr. Smith at 3.5 ms, e.g. today. He left.')).toEqual([
      'It met Dr. Smith at 3.5 ms, e.g. today.',
      'He left.',
    ]);
  });

  it('ends a sentence at an empty line', () => {
    expect(textsOf('No stop here\n\nNext')).toEqual(['No stop here', 'Next']);
  });

  it('passes over runs of characters that are no words', () => {
    expect(textsOf(`Before. ${'http://a.example/('.repeat(2_000)} After.`)).toEqual(['Before.', 'After.']);
  });

  it('passes over what is no sentence: punctuation, and a thousand characters without an end', () => {
    expect(textsOf(`... ??? !!!\n\n${'word '.repeat(300)}`)).toEqual([]);
  });

  it('stops at its limit', () => {
    expect(splitSentences('One more. '.repeat(MAX_SENTENCES + 50))).toHaveLength(MAX_SENTENCES);
  });

  it('takes the stems of words that carry meaning', () => {
    expect(splitSentences('The agents are routing 12 tasks!')[0]?.stems).toEqual(['agent', 'rout', 'task']);
  });

  it('still splits after its tokenizer was renewed', () => {
    const long = 'Alpha beta gamma delta. '.repeat(800);
    for (let round = 0; round < 120; round += 1) splitSentences(`${long}\n\n${long}`);
    expect(textsOf('One. Two.')).toEqual(['One.', 'Two.']);
  });
});

describe('keyTerms', () => {
  it('counts the forms of a word together and shows the most frequent', () => {
    expect(keyTerms('Agents meet agents. An agent waits. Once.', 5)).toEqual([{ term: 'agents', count: 3 }]);
  });
});

describe('figuresIn', () => {
  it('finds amounts, shares and measures', () => {
    expect(figuresIn('In 2025 it grew 12.5 % to $3.2 billion in 20 ms.')).toEqual([
      '2025',
      '12.5 %',
      '$3.2 billion',
      '20 ms',
    ]);
  });
});

describe('namesIn', () => {
  it('counts names beside a subject, and no words that only start sentences', () => {
    const sentences = [
      'Acme competes with Blue Widgets.',
      'However Blue Widgets leads.',
      'Many buy from Zeta and Acme.',
    ];
    expect(namesIn(sentences, 'Acme', 5)).toEqual([
      { term: 'Blue Widgets', count: 1 },
      { term: 'Zeta', count: 1 },
    ]);
  });
});
