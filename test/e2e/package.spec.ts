import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What of package.json says how the package is used. */
interface PackageManifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Runs a program to its end and gives what it printed; fails the test with that when the program fails. */
function run(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
    },
    shell: program === 'npm' && process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  expect({ program, args, status, output: status === 0 ? '' : stdout + stderr }).toMatchObject({
    status: 0,
    output: '',
  });
  return stdout;
}

/** Builds and packs what would be published; not in place, because others may be running from `dist`. */
function pack(folder: string): string {
  const staging = join(folder, 'staging');
  mkdirSync(staging);
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'src']) {
    cpSync(join(ROOT, name), join(staging, name), { recursive: true });
  }
  run(ROOT, process.execPath, TSC, '-p', 'tsconfig.build.json', '--outDir', join(staging, 'dist'));
  const packed = run(staging, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  return join(folder, (JSON.parse(packed) as [{ filename: string }])[0].filename);
}

/** An application with the package and no more beside it than a user must have. */
function install(tarball: string, app: string): PackageManifest {
  const home = join(app, 'node_modules/cadre');
  cpSync(join(ROOT, 'test/fixtures/consumer'), app, { recursive: true });
  mkdirSync(home, { recursive: true });
  run(app, 'tar', '-xzf', tarball, '-C', home, '--strip-components=1');
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as PackageManifest;
  const peers = Object.keys(manifest.peerDependencies).filter(
    (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
  );
  for (const name of [...Object.keys(manifest.dependencies), ...peers, '@types/node']) {
    const place = join(app, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), place, 'junction');
  }
  return manifest;
}

describe('the package, installed in an application of its own', () => {
  let folder = '';
  let app = '';
  let files: string[] = [];
  let manifest: PackageManifest;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cadre-package-'));
    app = join(folder, 'app');
    const tarball = pack(folder);
    files = run(folder, 'tar', '-tzf', tarball).split('\n');
    manifest = install(tarball, app);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds every file that its doors lead to', () => {
    const doors = [...Object.values(manifest.exports), manifest.bin].flatMap((door) =>
      typeof door === 'string' ? [door] : Object.values(door),
    );
    const missing = doors.filter((path) => !existsSync(join(app, 'node_modules/cadre', path)));
    expect(missing).toEqual([]);
    expect(doors).toContain('./dist/index.d.ts');
  });

  it('holds its license and readme, and no tests', () => {
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md']));
    expect(files.filter((path) => /\.spec\.|\.contract\.|fixtures/.test(path))).toEqual([]);
  });

  it('holds the source of each file that it runs', () => {
    const compiled = files.filter((path) => path.endsWith('.js'));
    const sources = compiled.map((path) => path.replace('/dist/', '/src/').replace(/js$/, 'ts'));
    expect(sources).toContain('package/src/testing/simulation/simulate.ts');
    expect(sources.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('simulates agents by its third door', () => {
    run(app, process.execPath, TSC, '-p', 'tsconfig.json');
    const [one, two] = [0, 1].map(() => run(app, process.execPath, 'dist/simulation.js'));
    expect(JSON.parse(one!)).toEqual({ tasks: 500, quick: expect.any(Number) as number, now: 1_000 });
    expect(one).toBe(two);
  }, 60_000);

  it('serves an agent that is compiled against its types', () => {
    run(app, process.execPath, TSC, '-p', 'tsconfig.json');
    const printed = run(app, process.execPath, 'dist/main.js');
    expect(JSON.parse(printed)).toEqual({
      output: { words: 3 },
      agent: 'counter',
      version: '1.2.3',
      costUsd: 0.01,
      tools: ['splitter'],
      run: ['succeeded', '2 good words'],
    });
  }, 60_000);

  it('can be required from CommonJS', () => {
    expect(JSON.parse(run(app, process.execPath, 'smoke.cjs'))).toEqual(['function', 'function', 'function']);
  }, 30_000);
});
