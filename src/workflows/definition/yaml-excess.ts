import { Lexer } from 'yaml';
import type { DefinitionProblem } from '../workflows.errors.js';
import { DEFINITION_LIMITS } from './definition-limits.js';

/**
 * Parts of a YAML text that its parser tells apart: signs, words, spaces. Each takes some 5 µs, so a text of nothing but signs would
 * take many times longer than any workflow.
 */
const MAX_LEXEMES = 400_000;

/** What each sign adds to the depth; a dash does so up to the end of its line. */
const BRACKETS: ReadonlyMap<string, number> = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
]);
const LINE_SIGNS: ReadonlySet<string> = new Set(['-', '?']);

export const TOO_DEEP: DefinitionProblem = {
  path: '$',
  code: 'DOCUMENT_TOO_DEEP',
  message: `nests deeper than ${DEFINITION_LIMITS.maxDepth} levels`,
};

const TOO_MANY_PARTS: DefinitionProblem = {
  path: '$',
  code: 'DOCUMENT_TOO_LARGE',
  message: 'has more parts than any workflow needs; split it into several workflows',
};

/**
 * Finds what would cost a YAML parser seconds: texts that nest too deep, or are of too many parts. Deep nesting by lines alone is
 * left to the parser: each level needs a longer line, so there cannot be much.
 */
export function findExcess(text: string): DefinitionProblem | undefined {
  let brackets = 0;
  let dashes = 0;
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    brackets += BRACKETS.get(lexeme) ?? 0;
    if (LINE_SIGNS.has(lexeme)) dashes += 1;
    else if (lexeme.startsWith('\n') || lexeme.startsWith('\r')) dashes = 0;
    if (Math.max(brackets, dashes) > DEFINITION_LIMITS.maxDepth) return TOO_DEEP;
    count += 1;
    if (count > MAX_LEXEMES) return TOO_MANY_PARTS;
  }
  return undefined;
}
