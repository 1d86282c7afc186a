import type { Heading } from '../text/plain-text.js';

/** The kinds of documents that are read. */
export type DocumentKind = 'pdf' | 'docx' | 'html' | 'markdown' | 'text';

/** A document as text. */
export interface ReadDocument {
  readonly title?: string;
  readonly text: string;
  readonly headings: readonly Heading[];
  readonly pageCount?: number;
  readonly language?: string;
  /** A limit cut it. */
  readonly isTruncated: boolean;
}

const BY_MEDIA_TYPE: Readonly<Record<string, DocumentKind>> = {
  'application/pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'text/plain': 'text',
};

/** Every media type that is read. */
export const READABLE_MEDIA_TYPES: ReadonlySet<string> = new Set(Object.keys(BY_MEDIA_TYPE));

const BY_EXTENSION: Readonly<Record<string, DocumentKind>> = {
  '.pdf': 'pdf',
  '.docx': 'docx',
  '.html': 'html',
  '.htm': 'html',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.txt': 'text',
};

/** What is read, for messages. */
export const READABLE_KINDS = 'PDF, DOCX, HTML, Markdown and plain text';

/** The kind of a media type; `undefined` when it is not read. */
export function kindOfMediaType(mediaType: string): DocumentKind | undefined {
  return BY_MEDIA_TYPE[mediaType.split(';')[0]?.trim().toLowerCase() ?? ''];
}

/** The kind of a file name's ending; `undefined` when it is not read. */
export function kindOfExtension(extension: string): DocumentKind | undefined {
  return BY_EXTENSION[extension.toLowerCase()];
}

/** The media type under which a kind is reported. */
export function mediaTypeOfKind(kind: DocumentKind): string {
  return Object.entries(BY_MEDIA_TYPE).find(([, known]) => known === kind)?.[0] ?? 'text/plain';
}
