import { Marked, type Token, type Tokens } from 'marked';

/** Of a longer text, only the beginning is read: some 50 000 words. */
export const MAX_MARKDOWN_CHARACTERS = 300_000;

/** Without bare URLs and emphasis, which it looks for in quadratic time and more; {@link EMPHASIS} does for us. */
const nothing = (): undefined => undefined;
const grammar = new Marked({ tokenizer: { url: nothing, emStrong: nothing, del: nothing } });

/** Stars, underscores and tildes at the edge of a word. */
const EMPHASIS = /(?<=^|[\s\p{P}])[*_~]{1,3}(?=\S)|(?<=\S)[*_~]{1,3}(?=$|[\s\p{P}])/gu;

/** A heading of a document. */
export interface Heading {
  readonly level: number;
  readonly text: string;
}

/**
 * The readable prose of a Markdown text, paragraphs apart by an empty line: code, tables, images and HTML are left out,
 * links keep their words, headings are dropped (see {@link markdownHeadings}). Plain text passes through.
 */
export function proseOf(markdown: string): string {
  return blocksOf(grammar.lexer(tame(markdown))).join('\n\n');
}

/** The headings of a Markdown text, in order, without their markup. */
export function markdownHeadings(markdown: string): Heading[] {
  return grammar
    .lexer(tame(markdown))
    .filter((token): token is Tokens.Heading => token.type === 'heading')
    .map((token) => ({ level: token.depth, text: oneLine(inlineText(token.tokens)) }))
    .filter(({ text }) => text !== '');
}

/** One line: control characters gone, runs of white space made one space. */
export function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
}

/** The first `characters` of a text, ended by an ellipsis when something is cut off. */
export function shorten(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1).trimEnd()}…`;
}

/** The number of words: runs of letters and digits, with the apostrophes and hyphens inside them. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

/**
 * Takes out what the grammar would read recursively or in quadratic time, so that no text can hold the process up: deep
 * quotes and lists, deep indentation, runs of 500 characters without white space, and all beyond {@link MAX_MARKDOWN_CHARACTERS}. Front matter goes too.
 */
function tame(text: string): string {
  return text
    .slice(0, MAX_MARKDOWN_CHARACTERS)
    .replace(/^\uFEFF/, '')
    .replace(/\S{501,}/g, ' ')
    .replace(/\r\n?/g, '\n')
    .replace(/^---\n[\s\S]{0,10000}?\n---\n/, '')
    .replace(/^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){4,}/gm, '- ')
    .replace(/^[ \t]{40,}/gm, ' '.repeat(40));
}

function blocksOf(tokens: readonly Token[]): string[] {
  const blocks: string[] = [];
  for (const token of tokens) {
    if (token.type === 'paragraph' || token.type === 'text') {
      const text = oneLine(inlineText((token as Tokens.Paragraph).tokens ?? [token]));
      if (text !== '') blocks.push(text);
    } else if (token.type === 'list') {
      for (const item of (token as Tokens.List).items) blocks.push(...blocksOf(item.tokens));
    } else if (token.type === 'blockquote') {
      blocks.push(...blocksOf((token as Tokens.Blockquote).tokens));
    }
  }
  return blocks;
}

function inlineText(tokens: readonly Token[]): string {
  let text = '';
  for (const token of tokens) {
    if (token.type === 'image' || token.type === 'html') continue;
    if (token.type === 'br') text += ' ';
    else if ('tokens' in token && token.tokens) text += inlineText(token.tokens);
    else text += plainText(token);
  }
  return text;
}

function plainText(token: Token): string {
  if (!('text' in token)) return '';
  const text = decodeEntities(String(token.text));
  return token.type === 'text' ? text.replace(EMPHASIS, '') : text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

/** The entities that writers of Markdown use; others stay as they are. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] as string);
}
