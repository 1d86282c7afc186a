import {
  LineCounter,
  parseDocument as parseYamlDocument,
  visit,
  type Document,
  type Range,
  type Scalar,
} from 'yaml';
import { MAX_ISSUES, messageOf } from '../../common/index.js';
import type { DefinitionProblem } from '../workflows.errors.js';
import { DEFINITION_LIMITS } from './definition-limits.js';
import { findRepeatedKey } from './repeated-key.js';
import { findExcess, TOO_DEEP } from './yaml-excess.js';

/** The value of a text, or why it has none. */
export type ParsedDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

/** Aliases can make a small text stand for a huge value. */
const MAX_ALIASES = 100;

/** For what the parser tells those who write programs with it. */
const PLAIN: Readonly<Partial<Record<string, string>>> = {
  MULTIPLE_DOCS: 'a second document begins here; send one at a time',
  NON_STRING_KEY: 'a key must be a text; write it in quotes',
};

/**
 * Reads the text of a definition as a JSON value. Only the text is judged: {@link readDefinition} does the rest.
 *
 * YAML is 1.2 with its core schema: no tags, no merge keys, one document. Keys may not repeat in either form.
 */
export function parseDocument(text: string, format: 'yaml' | 'json'): ParsedDocument {
  const { maxBytes } = DEFINITION_LIMITS;
  // Every character takes a byte at least, so most texts that are too large need no counting.
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    const message = `is larger than ${maxBytes} bytes; split it into several workflows`;
    return refuse({ path: '$', code: 'DOCUMENT_TOO_LARGE', message });
  }
  return format === 'json' ? parseJson(text) : parseYaml(text);
}

function parseJson(text: string): ParsedDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(malformed(`is no JSON: ${messageOf(error)}`));
  }
  const repeated = findRepeatedKey(text);
  if (repeated === undefined) return { ok: true, value };
  const { key, line, column } = repeated;
  return refuse(malformed(`line ${line}, column ${column}: the key "${cut(key)}" stands there twice`));
}

function parseYaml(text: string): ParsedDocument {
  const excess = findExcess(text);
  if (excess !== undefined) return refuse(excess);
  const lines = new LineCounter();
  const malformedAt = ({ at, message }: FoundAt): DefinitionProblem => {
    const { line, col } = lines.linePos(at);
    return malformed(`line ${line}, column ${col}: ${message.slice(0, 500)}`);
  };
  try {
    const document = parseYamlDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      // Its own search takes time by the square of their number.
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
      lineCounter: lines,
      // Not `silent`, which would also hide that there is a second document.
      logLevel: 'error',
    });
    // A tag that is not resolved is only a warning there.
    const troubles = [...document.errors, ...document.warnings];
    if (troubles.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return refuse(TOO_DEEP);
    const found = troubles.map(({ pos, code, message }) => ({ at: pos[0], message: PLAIN[code] ?? message }));
    if (found.length === 0) found.push(...findRepeatedKeys(document));
    if (found.length > 0) return refuse(...found.slice(0, MAX_ISSUES).map(malformedAt));
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown };
  } catch (error) {
    return refuse(malformed(`is no YAML that can be read: ${messageOf(error)}`));
  }
}

interface FoundAt {
  /** The offset in the text. */
  readonly at: number;
  readonly message: string;
}

function findRepeatedKeys(document: Document.Parsed): FoundAt[] {
  const found: FoundAt[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const keys = new Set<string>();
      for (const { key } of items) {
        // Other keys than texts written out were refused by the parser.
        const { value, range } = key as Scalar<string> & { readonly range: Range };
        if (keys.has(value))
          found.push({ at: range[0], message: `the key "${cut(value)}" stands there twice` });
        keys.add(value);
      }
    },
  });
  return found;
}

function cut(key: string): string {
  return key.slice(0, 80);
}

function malformed(message: string): DefinitionProblem {
  return { path: '$', code: 'DOCUMENT_MALFORMED', message };
}

function refuse(...problems: readonly DefinitionProblem[]): ParsedDocument {
  return { ok: false, problems };
}
