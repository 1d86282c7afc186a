import { extname } from 'node:path';
import { readHtml } from '../web/readable-html.js';

/** A part of a library file that stands for itself: what is under one heading, or a whole file without any. */
export interface LibrarySection {
  /** `library:///docs/guide.md#retries`; without `#…` for what stands before the first heading. */
  readonly url: string;
  readonly title: string;
  readonly text: string;
}

const MAX_SECTIONS_PER_FILE = 500;

/** Tells whether a URL leads into the library. */
export function isLibraryUrl(url: string): boolean {
  return url.startsWith('library:///');
}

/** The path and, where it has one, the section's id of a library URL. */
export function parseLibraryUrl(url: string): { readonly path: string; readonly section?: string } {
  const [path = '', section] = url.slice('library:///'.length).split('#');
  return { path: decodePath(path), section };
}

/** Splits a file into its sections: Markdown by headings, at most 500; anything else is one section. */
export function sectionsOf(path: string, content: string): LibrarySection[] {
  const url = `library:///${path.split('/').map(encodeURIComponent).join('/')}`;
  const extension = extname(path).toLowerCase();
  if (extension === '.html' || extension === '.htm') {
    const page = readHtml(content);
    return [{ url, title: page.title || path, text: page.text }];
  }
  if (extension === '.txt') return [{ url, title: path, text: content }];
  return markdownSections(url, path, content);
}

function markdownSections(url: string, path: string, content: string): LibrarySection[] {
  const ids = new Map<string, number>();
  const sections: { url: string; title: string; lines: string[] }[] = [{ url, title: path, lines: [] }];
  let fence: string | undefined;
  for (const line of content.split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
    }
    const heading = fence === undefined ? /^ {0,3}#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1] : undefined;
    if (heading !== undefined && sections.length < MAX_SECTIONS_PER_FILE) {
      const title = heading.replace(/[*_`]/g, '');
      sections.push({ url: `${url}#${sectionId(title, ids)}`, title, lines: [] });
    } else sections.at(-1)?.lines.push(line);
  }
  return sections
    .map(({ lines, ...section }) => ({ ...section, text: lines.join('\n').trim() }))
    .filter(({ text }) => text !== '');
}

/** As GitHub makes them: `Retry & backoff` → `retry--backoff`, the second of one name with `-1`. */
function sectionId(title: string, ids: Map<string, number>): string {
  const id = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
  const earlier = ids.get(id) ?? 0;
  ids.set(id, earlier + 1);
  return encodeURIComponent(earlier === 0 ? id : `${id}-${earlier}`);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
