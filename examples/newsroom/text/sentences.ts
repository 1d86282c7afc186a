import model from 'wink-eng-lite-web-model';
import winkNlp, { type WinkMethods } from 'wink-nlp';

/** The most sentences of one text that are looked at; the rest of the text is left out. */
export const MAX_SENTENCES = 600;

/** A longer "sentence" is a table, a list of keys or an attack, and no sentence to quote. */
const MAX_SENTENCE_CHARACTERS = 1_000;
const MAX_PARAGRAPH_CHARACTERS = 20_000;

/**
 * Where a sentence ends at the latest: at an empty line, and at a run of more than 120 characters without white space,
 * which is no word. The tokenizer takes cubic time for such a run: 20 seconds for 12 kB of a made-up URL.
 */
const BREAK = /\n\s*\n|\S{121,}/;

/** A sentence, and the stems of its words that carry meaning. */
export interface Sentence {
  readonly text: string;
  readonly stems: readonly string[];
}

/**
 * Splits prose, paragraphs apart by empty lines, into its sentences: at most {@link MAX_SENTENCES}, in order. A sentence
 * never crosses a paragraph. Function words, numbers and punctuation have no stem.
 */
export function splitSentences(prose: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const paragraph of prose.split(BREAK)) {
    for (const sentence of splitParagraph(paragraph)) {
      if (sentences.length === MAX_SENTENCES) return sentences;
      sentences.push(sentence);
    }
  }
  return sentences;
}

/** A stem and the form in which it is written most often. */
export interface Term {
  readonly term: string;
  readonly count: number;
}

/** The words of prose that carry meaning and come most often, at least twice each; equal ones in alphabetical order. */
export function keyTerms(prose: string, most: number): Term[] {
  const terms = new Map<string, { count: number; forms: Map<string, number> }>();
  for (const paragraph of prose.split(BREAK)) {
    for (const { normal, stem } of contentWords(paragraph.slice(0, MAX_PARAGRAPH_CHARACTERS))) {
      const known = terms.get(stem) ?? { count: 0, forms: new Map<string, number>() };
      known.count += 1;
      known.forms.set(normal, (known.forms.get(normal) ?? 0) + 1);
      terms.set(stem, known);
    }
  }
  return [...terms.values()]
    .filter(({ count }) => count > 1)
    .map(({ count, forms }) => ({ term: mostFrequent(forms), count }))
    .sort((a, b) => b.count - a.count || (a.term < b.term ? -1 : 1))
    .slice(0, most);
}

function mostFrequent(forms: ReadonlyMap<string, number>): string {
  return [...forms].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? '';
}

function splitParagraph(paragraph: string): Sentence[] {
  // The tokenizer drops some kinds of white space inside a sentence; with plain spaces a sentence is a part of the text.
  const line = paragraph.slice(0, MAX_PARAGRAPH_CHARACTERS).replace(/\s+/g, ' ').trim();
  if (line === '') return [];
  return tokenizer(line.length)
    .readDoc(line)
    .sentences()
    .out()
    .map((text) => text.trim())
    .filter((text) => text.length <= MAX_SENTENCE_CHARACTERS && /[\p{L}\p{N}]/u.test(text))
    .map((text) => ({ text, stems: [...new Set(contentWords(text).map(({ stem }) => stem))] }));
}

function contentWords(text: string): { normal: string; stem: string }[] {
  const nlp = tokenizer(text.length);
  const tokens = nlp.readDoc(text).tokens();
  const { type, stopWordFlag, normal: normalForm, stem } = readersOf(nlp);
  const types = tokens.out(type);
  const isStopWord = tokens.out(stopWordFlag);
  const normals = tokens.out(normalForm);
  const stems = tokens.out(stem);
  return normals.flatMap((normal, at) =>
    types[at] === 'word' && !isStopWord[at] && normal.length > 1
      ? [{ normal, stem: stems[at] as string }]
      : [],
  );
}

/** What reads a token. The package types them as methods, and a stem's with an argument that it supplies itself. */
type TokenReader = (this: void, index: number, document: unknown) => string;

function readersOf({ its }: WinkMethods) {
  return its as unknown as Readonly<Record<'type' | 'stopWordFlag' | 'normal' | 'stem', TokenReader>>;
}

let loaded: { nlp: WinkMethods; charactersLeft: number } | undefined;

/**
 * The tokenizer remembers each new word it meets for good, so it is thrown away after four million characters
 * (some 30 MB); a new one loads in a tenth of a second.
 */
function tokenizer(characters: number): WinkMethods {
  if (loaded === undefined || loaded.charactersLeft < characters) {
    loaded = { nlp: winkNlp(model, ['sbd']), charactersLeft: 4_000_000 };
  }
  loaded.charactersLeft -= characters;
  return loaded.nlp;
}
