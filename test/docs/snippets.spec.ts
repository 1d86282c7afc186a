import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokens } from 'marked';
import { filesUnder, markdownTokens, ROOT, temporaryFolder } from './repository.js';

/** The info string of a fence whose code must compile as it stands. */
const COMPILED = 'ts compiled';
const HELLO_WORLD_MAX_LINES = 30;

interface Snippet {
  readonly page: string;
  readonly file: string;
  readonly code: string;
}

const pages = filesUnder('', '.md');
const snippets = pages.flatMap((page): Snippet[] =>
  markdownTokens(page)
    .filter((token): token is Tokens.Code => token.type === 'code' && token.lang === COMPILED)
    .map(({ text }, index) => ({ page, file: `${page.replaceAll(/\W/g, '-')}-${index + 1}.ts`, code: text })),
);

/** Shows in each run that a snippet can fail. */
const BROKEN: Snippet = {
  page: '(none)',
  file: 'broken.ts',
  code: "import { Nobody } from 'cadre'; new Nobody();",
};

/** The complaints of the compiler, one a line, each opening with its file's name. */
function compile(all: readonly Snippet[]): string[] {
  const config = {
    extends: '../../../../tsconfig.json',
    include: ['*.ts'],
    compilerOptions: { types: ['node'], incremental: false, tsBuildInfoFile: null },
  };
  const folder = temporaryFolder('snippets', {
    'tsconfig.json': JSON.stringify(config),
    ...Object.fromEntries(all.map(({ file, code }) => [file, `${code}\nexport {};\n`])),
  });
  try {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return stdout.split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe(`snippets marked \`${COMPILED}\``, () => {
  const complaints = compile([...snippets, BROKEN]);
  const complaintsOf = (file: string): string[] => complaints.filter((line) => line.startsWith(`${file}(`));

  it.each(snippets)('compile as they stand: $file', ({ file }) => {
    expect(complaintsOf(file)).toEqual([]);
  });

  it('are refused when they do not compile', () => {
    expect(complaintsOf(BROKEN.file).join('\n')).toContain("no exported member 'Nobody'");
  });

  it('open the README with a hello world of at most 30 lines', () => {
    const lengths = pages
      .filter((page) => page === 'README.md')
      .map((page) => snippets.find((snippet) => snippet.page === page)?.code.split('\n').length ?? Infinity);
    expect(lengths.filter((lines) => lines > HELLO_WORLD_MAX_LINES)).toEqual([]);
  });
});
