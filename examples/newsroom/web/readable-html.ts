import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { oneLine, shorten, type Heading } from '../text/plain-text.js';

/** What a reader sees of a page: the article without menus, advertisements and markup. */
export interface ReadableHtml {
  readonly title: string;
  readonly byline?: string;
  readonly language?: string;
  /** Paragraphs, apart by empty lines. */
  readonly text: string;
  readonly headings: readonly Heading[];
}

/** As much of the DOM as is used here; the project compiles without the browser's types. */
interface HtmlNode {
  readonly nodeType: number;
  readonly textContent: string | null;
  readonly localName: string;
  readonly childNodes: Iterable<HtmlNode>;
}

interface HtmlDocument {
  readonly body: HtmlNode;
  readonly documentElement: { getAttribute(name: string): string | null };
  querySelector(selector: string): HtmlNode | null;
  querySelectorAll(selector: string): Iterable<HtmlNode>;
  getElementsByTagName(name: string): { readonly length: number };
}

/** Beyond these, Readability takes long, for depth in cubic time: 25 seconds for a thousand nested elements. */
const MAX_ELEMENTS = 20_000;
const MAX_DEPTH = 100;
const MAX_HEADINGS = 200;

/**
 * Reads a page as a person would, by Mozilla's Readability; of a page in which it finds no article, all text.
 * Scripts are not run and nothing is loaded.
 */
export function readHtml(html: string): ReadableHtml {
  const page = /<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`;
  const { document } = parseHTML(page) as unknown as { document: HtmlDocument };
  const ownTitle = oneLine(document.querySelector('title')?.textContent ?? '');
  const headings = headingsOf(document);
  // Before the article is looked for: that takes the document apart.
  const whole = blockText(document.body);
  const language = document.documentElement.getAttribute('lang') || undefined;
  const { title, byline, text, lang } = findArticle(document);
  return {
    title: shorten(title || ownTitle || (headings[0]?.text ?? ''), 300),
    byline: byline === '' ? undefined : shorten(byline, 200),
    language: lang ?? language,
    text: text || whole,
    headings,
  };
}

/** Empty texts where there is no article, or a document of which none should be asked. */
function findArticle(document: HtmlDocument) {
  const found = isBearable(document)
    ? new Readability<string>(document, { serializer: blockText }).parse()
    : null;
  const { title, byline, content, lang } = found ?? {};
  return {
    title: oneLine(title ?? ''),
    byline: oneLine(byline ?? ''),
    text: content ?? '',
    lang: lang ?? undefined,
  };
}

function isBearable(document: HtmlDocument): boolean {
  if (document.getElementsByTagName('*').length > MAX_ELEMENTS) return false;
  const pending: [HtmlNode, number][] = [[document.body, 0]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, depth] = next;
    if (depth > MAX_DEPTH) return false;
    for (const child of node.childNodes) if (child.nodeType === 1) pending.push([child, depth + 1]);
  }
  return true;
}

function headingsOf(document: HtmlDocument): Heading[] {
  return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')]
    .slice(0, MAX_HEADINGS)
    .map((element) => ({
      level: Number(element.localName.slice(1)),
      text: oneLine(element.textContent ?? ''),
    }))
    .filter(({ text }) => text !== '');
}

const SKIPPED = new Set(
  'head title script style noscript template svg pre table nav form button select iframe'.split(' '),
);
const INLINE = new Set(
  'a abbr b bdi bdo cite code data dfn em font i kbd mark q s samp small span strong sub sup time u var wbr'.split(
    ' ',
  ),
);

/** The text of a node, one paragraph for each block. Walks with a stack of its own: pages nest deeper than calls may. */
function blockText(root: HtmlNode): string {
  const paragraphs: string[] = [];
  let current = '';
  const flush = (): void => {
    const text = oneLine(current);
    if (text !== '') paragraphs.push(text);
    current = '';
  };
  const pending: (HtmlNode | 'end')[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === 'end') flush();
    else if (node.nodeType === 3) current += node.textContent ?? '';
    else if (node.nodeType === 1) {
      const name = node.localName.toLowerCase();
      if (SKIPPED.has(name)) continue;
      if (name === 'br') current += ' ';
      else if (!INLINE.has(name)) {
        flush();
        pending.push('end');
      }
      pending.push(...[...node.childNodes].reverse());
    }
  }
  flush();
  return paragraphs.join('\n\n');
}
