import type { Term } from './sentences.js';

/** Up to four capitalized words in a row; `&` and `of` may join them. */
const NAME = /\p{Lu}[\p{L}\p{N}'’-]*(?:\s(?:&\s|of\s)?\p{Lu}[\p{L}\p{N}'’-]*){0,3}/gu;

/** Capitalized in the middle of a sentence, but no names of companies. */
const NO_NAMES = new Set(
  (
    'i january february march april may june july august september october november december monday tuesday ' +
    'wednesday thursday friday saturday sunday english german french europe america ceo api http https json ai'
  ).split(' '),
);

/**
 * The names that sentences mention most, without `subject` itself. A name is a run of capitalized words that is seen at
 * least once elsewhere than at the start of a sentence, where every word is capitalized.
 */
export function namesIn(sentences: readonly string[], subject: string, most: number): Term[] {
  const counts = new Map<string, { count: number; isSeenInside: boolean }>();
  for (const sentence of sentences) {
    for (const match of sentence.matchAll(NAME)) {
      const name = match[0].replace(/['’]s$/, '');
      const known = counts.get(name) ?? { count: 0, isSeenInside: false };
      known.count += 1;
      known.isSeenInside ||= /[\p{L}\p{N}]/u.test(sentence.slice(0, match.index));
      counts.set(name, known);
    }
  }
  const own = subject.toLowerCase();
  return [...counts]
    .filter(
      ([name, { isSeenInside }]) => isSeenInside && name.length > 1 && !NO_NAMES.has(name.toLowerCase()),
    )
    .filter(([name]) => !own.includes(name.toLowerCase()) && !name.toLowerCase().includes(own))
    .map(([term, { count }]) => ({ term, count }))
    .sort((a, b) => b.count - a.count || (a.term < b.term ? -1 : 1))
    .slice(0, most);
}
