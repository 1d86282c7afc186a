import { readText, sourceFiles } from './repository.js';

/** Rules of the house that neither the linter nor the import rules can say. */
const RULES = [
  {
    claim: 'throws errors with a code, never a bare one',
    pattern: /\bnew (?:Eval|Range|Reference|Syntax|Type|Aggregate)?Error\(/,
    allowedIn: /^$/,
  },
  {
    claim: 'needs no forwardRef',
    pattern: /\bforwardRef\b/,
    allowedIn: /^$/,
  },
  {
    claim: 'knows HTTP exceptions only in api',
    pattern:
      /\b(?:HttpException|(?:BadRequest|NotFound|Conflict|Forbidden|Unauthorized|\w+Unavailable)Exception)\b/,
    allowedIn: /^src\/api\//,
  },
  {
    claim: 'keeps tools out of what routes and orders work',
    pattern:
      /import[^;]*\b(?:Tool|ToolDefinition|readToolDefinition|readInjectedTools)\b[^;]*agents\/index\.js/,
    allowedIn: /^src\/(?!orchestration|workflows)/,
  },
  {
    claim: 'reads the time from the clock',
    pattern: /\bnew Date\(\)/,
    allowedIn: /^src\/(?:common\/|[^/]+$)/,
  },
  {
    claim: 'silences no gate',
    pattern:
      /@ts-(?:ignore|nocheck|expect-error)|(?:oxlint|eslint)-disable|prettier-ignore|(?:v8|c8|istanbul) ignore/,
    allowedIn: /^$/,
  },
];

describe('src', () => {
  it.each(RULES)('$claim', ({ pattern, allowedIn }) => {
    const offenders = sourceFiles().filter((path) => !allowedIn.test(path) && pattern.test(readText(path)));
    expect(offenders).toEqual([]);
  });
});
