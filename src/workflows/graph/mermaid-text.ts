/** Longer lines make boxes that nobody reads. */
const MAX_LINE_LENGTH = 80;

/**
 * What Mermaid takes for itself within a quoted label: letters, digits and plain punctuation. Everything else is written as the
 * number of its character, so that no name can end a label, open a directive (`%%{`), be HTML or be markdown.
 * See mermaid.js.org, "Flowcharts – Entity codes to escape characters".
 */
const PLAIN = /[\p{L}\p{M}\p{N} _\-.,:@/()^+=!?']/u;

/** A line of a label, safe in any place of a flowchart. */
export function escapeLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const characters = Array.from(line);
  const cut =
    characters.length > MAX_LINE_LENGTH ? [...characters.slice(0, MAX_LINE_LENGTH - 1), '…'] : characters;
  return cut.map(escapeCharacter).join('');
}

/** A quoted label of several lines; empty ones are left out. */
export function labelOf(lines: readonly string[]): string {
  const written = lines.map(escapeLine).filter((line) => line !== '');
  // An empty label is a syntax error.
  return `"${written.join('<br/>') || ' '}"`;
}

function escapeCharacter(character: string): string {
  return PLAIN.test(character) ? character : `#${character.codePointAt(0)};`;
}
