import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readShape, ROOT, temporaryFolder } from './repository.js';

const { LINE, RING, default: config } = await readShape();

/** One forbidden import for each rule: the rule, the file that breaks it, what it imports. */
const FORBIDDEN: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ...LINE.slice(0, -1).map(
    (folder, place) =>
      [`line: ${folder}`, `src/${folder}/right.ts`, `../${LINE[place + 1]}/index.js`] as const,
  ),
  ['line: common', 'src/common/far-right.ts', '../workflows/index.js'],
  ['ring: entered from the line', 'src/status/edge.ts', '../persistence/index.js'],
  ['ring: one edge to another', 'src/api/edge.ts', '../persistence/index.js'],
  ['root: imported from a folder', 'src/workflows/root.ts', '../cadre.module.js'],
  ['folder: not in the line or the ring', 'src/utils/any.ts', '../common/index.js'],
  ['door: past the index', 'src/status/past.ts', '../common/clock.js'],
  ['door: past the index, from outside', 'test/chaos/past.ts', '../../src/common/clock.js'],
  ['door: own index', 'src/common/own.ts', './index.js'],
  ['door: tools', 'src/orchestration/tool.ts', '../agents/tools/tool.js'],
  ['door: public surface', 'examples/news/inside.ts', '../../src/index.js'],
  ['door: public surface', 'test/e2e/inside.ts', '../../src/api/index.js'],
  ['door: examples and src/testing', 'examples/news/clock.ts', '../../src/testing/virtual-clock.js'],
  ['nest: in a plain file', 'src/health/circuit.ts', '@nestjs/common'],
  ['sql: outside of persistence', 'src/health/table.ts', 'drizzle-orm'],
  ['package: not shipped', 'src/health/dev.ts', 'prettier'],
  ['package: not shipped', 'src/testing/simulation/dev.ts', 'prettier'],
  ['cycle', 'src/quotas/one.ts', './two.js'],
];

const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ['src/registry/left.ts', '../status/index.js'],
  ['src/registry/neighbour.ts', './left.js'],
  ['src/api/line.ts', '../workflows/index.js'],
  ['src/persistence/table.ts', 'drizzle-orm'],
  ['src/health/health.service.ts', '@nestjs/common'],
  ['src/health/wiring.spec.ts', '@nestjs/common'],
  ['src/health/time.spec.ts', '../testing/virtual-clock.js'],
  ['src/status/store.spec.ts', '../persistence/index.js'],
  ['src/server.ts', './api/index.js'],
  ['src/main.ts', '@nestjs/common'],
  ['examples/news/agent.ts', 'cadre'],
  ['examples/news/agent.spec.ts', 'cadre/testing'],
  ['src/testing/store.contract.ts', 'prettier'],
  ['test/e2e/app.ts', 'cadre'],
  ['test/chaos/kill.ts', '../../src/persistence/index.js'],
];

interface Violation {
  /** The importing file. */
  readonly from: string;
  readonly rule: { readonly name: string };
}

function filesOfExample(): Record<string, string> {
  const doors = [...LINE, ...RING].map((folder) => `src/${folder}/index.ts`);
  const others = ['src/index.ts', 'src/cadre.module.ts', 'src/common/clock.ts', 'src/agents/tools/tool.ts'];
  const importing = [...FORBIDDEN.map(([, file, imported]) => [file, imported] as const), ...ALLOWED];
  return {
    'package.json': '{ "type": "module", "devDependencies": { "prettier": "*" } }',
    'tsconfig.json':
      '{ "compilerOptions": { "module": "nodenext", "paths": { "cadre": ["./src/index.ts"], "cadre/testing": ["./src/testing/index.ts"] } } }',
    ...Object.fromEntries([...doors, ...others, 'src/testing/virtual-clock.ts'].map((file) => [file, ''])),
    // Imports of types only, which compile to nothing: they count too.
    ...Object.fromEntries(importing.map(([file, imported]) => [file, `export type * from '${imported}';\n`])),
    'src/quotas/two.ts': "export type * from './one.js';\n",
  };
}

function findViolations(): Violation[] {
  const folder = temporaryFolder('directions', filesOfExample());
  try {
    const cruiser = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const options = ['--config', join(ROOT, '.dependency-cruiser.js'), '--output-type', 'json'];
    const { stdout } = spawnSync(process.execPath, [cruiser, ...options, '{src,test,examples}/**/*.ts'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1_024 * 1_024,
    });
    return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the directions gate', () => {
  const violations = findViolations();
  const rulesBrokenBy = (file: string): string[] =>
    violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

  it.each(FORBIDDEN)('refuses by "%s" that %s imports %s', (rule, file) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  it.each(ALLOWED)('lets %s import %s', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  it('has no rule that is not shown to refuse something', () => {
    const shown = new Set(FORBIDDEN.map(([rule]) => rule));
    expect(config.forbidden.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});
