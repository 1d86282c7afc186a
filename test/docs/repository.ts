import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lexer, walkTokens, type Token } from 'marked';

/** The absolute path of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is made, not written. */
const MADE = new Set([
  'node_modules',
  'dist',
  'dist-examples',
  'coverage',
  'data',
  'fixtures',
  '.git',
  '.tmp',
]);

/** The written files below a folder whose names end so, as paths from the root, sorted; `''` is the root. */
export function filesUnder(folder: string, suffix: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !MADE.has(entry.name)) found.push(...filesUnder(path, suffix));
    else if (entry.isFile() && entry.name.endsWith(suffix)) found.push(path);
  }
  return found.toSorted();
}

/** The shipped TypeScript of src: no specs, and not the parts of tests. */
export function sourceFiles(): string[] {
  return filesUnder('src', '.ts').filter((path) => !path.endsWith('.spec.ts') && !UNSHIPPED.test(path));
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** All tokens of a Markdown file, nested ones too. What stands in a code block is never a link. */
export function markdownTokens(path: string): Token[] {
  const tokens: Token[] = [];
  // Its result is for callbacks that return promises; this one does not.
  void walkTokens(lexer(readText(path)), (token) => void tokens.push(token));
  return tokens;
}

/** Writes files, by their paths in it, to a new folder that git ignores; it lies in the repository, so that packages resolve. */
export function temporaryFolder(name: string, files: Readonly<Record<string, string>>): string {
  const parent = join(ROOT, 'test/docs/.tmp');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const UNSHIPPED = new RegExp((await readShape()).UNSHIPPED);

/** A rule of `.dependency-cruiser.js`, as far as these tests read it. */
interface Shape {
  readonly LINE: readonly string[];
  readonly RING: readonly string[];
  readonly UNSHIPPED: string;
  readonly default: { readonly forbidden: readonly { readonly name: string }[] };
}

/** The line, the ring and the rules that are made from them. */
export async function readShape(): Promise<Shape> {
  const config = '../../.dependency-cruiser.js';
  return (await import(config)) as Shape;
}
