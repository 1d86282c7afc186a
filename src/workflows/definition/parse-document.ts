import { Lexer, LineCounter, parseDocument as parseYamlDocument, type YAMLError } from 'yaml';
import { MAX_ISSUES, messageOf } from '../../common/index.js';
import type { DefinitionProblem } from '../workflows.errors.js';
import { DEFINITION_LIMITS } from './definition-limits.js';
import { findRepeatedKey } from './repeated-key.js';

/** The value of a text, or why it has none. */
export type ParsedDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

/** Aliases can make a small text stand for a huge value. */
const MAX_ALIASES = 100;

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
  return refuse(
    malformed(`line ${line}, column ${column}: the key "${key.slice(0, 80)}" stands there twice`),
  );
}

function parseYaml(text: string): ParsedDocument {
  if (nestsTooDeep(text)) {
    const message = `nests deeper than ${DEFINITION_LIMITS.maxDepth} levels`;
    return refuse({ path: '$', code: 'DOCUMENT_TOO_DEEP', message });
  }
  const lines = new LineCounter();
  try {
    const document = parseYamlDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      uniqueKeys: true,
      stringKeys: true,
      prettyErrors: false,
      lineCounter: lines,
      // Not `silent`, which would also hide that there is a second document.
      logLevel: 'error',
    });
    // A tag that is not resolved is only a warning there.
    const found = [...document.errors, ...document.warnings];
    if (found.length > 0) return refuse(...found.slice(0, MAX_ISSUES).map((error) => describe(error, lines)));
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown };
  } catch (error) {
    return refuse(malformed(`is no YAML that can be read: ${messageOf(error)}`));
  }
}

/**
 * Tells whether lists and objects nest deeper than any definition may, which the parser would find out at the cost of seconds.
 * Deep nesting by lines alone is left to it: each level needs a longer line, so there cannot be much.
 */
function nestsTooDeep(text: string): boolean {
  let brackets = 0;
  let dashes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') brackets += 1;
    else if (lexeme === ']' || lexeme === '}') brackets -= 1;
    else if (lexeme === '-' || lexeme === '?') dashes += 1;
    else if (lexeme.startsWith('\n') || lexeme.startsWith('\r')) dashes = 0;
    if (brackets > DEFINITION_LIMITS.maxDepth || dashes > DEFINITION_LIMITS.maxDepth) return true;
  }
  return false;
}

function describe({ message, pos }: YAMLError, lines: LineCounter): DefinitionProblem {
  const { line, col } = lines.linePos(pos[0]);
  return malformed(`line ${line}, column ${col}: ${message.slice(0, 500)}`);
}

function malformed(message: string): DefinitionProblem {
  return { path: '$', code: 'DOCUMENT_MALFORMED', message };
}

function refuse(...problems: readonly DefinitionProblem[]): ParsedDocument {
  return { ok: false, problems };
}
