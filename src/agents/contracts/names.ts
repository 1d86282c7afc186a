/** `snake_case` or `kebab-case`: a letter, then letters, digits, `_` or `-`, at most 64 characters, lower case. */
const NAME = /^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 64;

/** What a name must be, as the end of a sentence. */
export const NAME_RULE = `must be a snake_case or kebab-case word of at most ${MAX_NAME_LENGTH} characters, such as "web_research"`;

/** Tells whether a text may name an agent, a capability, a data type or a tool. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_NAME_LENGTH && NAME.test(text);
}

/** The `snake_case` name of a class, without the suffix that says its role: `WebResearchAgent` → `web_research`. */
export function nameOfClass(className: string, roleSuffix: string): string {
  const stem = className.endsWith(roleSuffix) ? className.slice(0, -roleSuffix.length) : className;
  return (stem || className)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
