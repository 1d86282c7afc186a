/**
 * The shape of src, checked: one line of folders, a ring around it, and the root that binds them.
 * The line is written here and nowhere else; src/README.md explains it and a test holds the two equal.
 */

/** Each folder imports only folders to its left. */
export const LINE = [
  'common',
  'agents',
  'status',
  'registry',
  'metrics',
  'health',
  'quotas',
  'rollout',
  'selection',
  'orchestration',
  'workflows',
];

/** Edges: they import the line, never one another, and only the root, tests and examples import them. */
export const RING = ['persistence', 'api', 'interop', 'dashboard', 'cli', 'testing'];

/** Kinds of file that may import the framework; every other one is plain TypeScript. */
const NEST_KINDS = [
  'module',
  'service',
  'controller',
  'explorer',
  'accessor',
  'decorator',
  'filter',
  'providers',
  'module-definition',
];

const SPEC = String.raw`\.spec\.ts$`;
/** Parts of Cadre's own tests: of src/testing, only what the door `cadre/testing` leads to is in the package. */
export const UNSHIPPED = '^src/testing/(?!index|fault-injector|timer-heap|virtual-clock|simulation/)';
const anyOf = (names) => `(?:${names.join('|')})`;
const inside = (names) => `^src/${anyOf(names)}/`;
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** From a folder of the line to one on its right. The first rule to read when this gate fails. */
const lineRules = LINE.slice(0, -1).map((folder, place) =>
  forbid(
    `line: ${folder}`,
    `${folder} imports only folders to its left; reach those on its right by an event on the bus`,
    { path: inside([folder]) },
    { path: inside(LINE.slice(place + 1)) },
  ),
);

const ringRules = [
  forbid(
    'ring: entered from the line',
    'only the root, tests and examples import the ring; own a port here and let the ring implement it',
    { path: inside(LINE), pathNot: SPEC },
    { path: inside(RING) },
  ),
  forbid(
    'ring: one edge to another',
    'edges do not know one another; what both need belongs in the line',
    { path: `^src/(${RING.join('|')})/`, pathNot: SPEC },
    { path: inside(RING), pathNot: '^src/$1/' },
  ),
  forbid(
    'root: imported from a folder',
    'the root binds the parts, so no part imports it',
    { path: '^src/[^/]+/', pathNot: SPEC },
    { path: '^src/[^/]+$' },
  ),
  forbid(
    'folder: not in the line or the ring',
    'a new folder gets its place in LINE or RING in .dependency-cruiser.js, and a sentence in src/README.md',
    { path: '^src/[^/]+/', pathNot: inside([...LINE, ...RING]) },
    {},
  ),
];

const doorRules = [
  forbid(
    'door: past the index',
    "another folder is entered by its index.ts; src/testing is a shelf of tests' parts, each taken by its name",
    { path: '^src/([^/]+)/' },
    { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/testing/'] },
  ),
  forbid(
    'door: past the index, from outside',
    'the root, tests and benchmarks enter a folder by its index.ts',
    { pathNot: '^src/[^/]+/' },
    { path: '^src/[^/]+/', pathNot: ['^src/[^/]+/index\\.ts$', '^src/testing/'] },
  ),
  forbid(
    'door: own index',
    'a file imports its neighbours by name; through its own index.ts it would import itself',
    { path: '^src/([^/]+)/' },
    { path: '^src/$1/index\\.ts$' },
  ),
  forbid(
    'door: tools',
    'agents use tools; what routes and orders work never sees them',
    { path: inside(['orchestration', 'workflows']) },
    { path: '^src/agents/tools/' },
  ),
  forbid(
    'door: public surface',
    "examples and end-to-end tests stand where a user stands: import from 'cadre' or one of its further doors",
    { path: '^(?:examples|test/e2e)/' },
    { path: '^src/', pathNot: '^src/testing/', dependencyTypesNot: ['aliased'] },
  ),
  forbid(
    'door: examples and src/testing',
    "of src/testing, only what 'cadre/testing' exports is part of the package",
    { path: '^examples/' },
    { path: '^src/testing/', dependencyTypesNot: ['aliased'] },
  ),
];

const packageRules = [
  forbid(
    'nest: in a plain file',
    `@nestjs/* only in files named *.${NEST_KINDS.join('|')}.ts and in the root`,
    { path: '^src/[^/]+/', pathNot: [`\\.${anyOf(NEST_KINDS)}\\.ts$`, SPEC] },
    { path: '(?:^|node_modules/)@nestjs/' },
  ),
  forbid(
    'sql: outside of persistence',
    'a feature owns a port; SQL stays in persistence',
    { path: '^src/', pathNot: inside(['persistence', 'testing']) },
    { path: '(?:^|node_modules/)(?:drizzle-orm|pg|@electric-sql/pglite)(?:/|$)' },
  ),
  forbid(
    'package: not shipped',
    'src runs where the package is installed, without devDependencies',
    { path: '^src/', pathNot: [SPEC, UNSHIPPED] },
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'] },
  ),
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    forbid(
      'cycle',
      'no import cycle of any kind, not even of types; move what both need to a third file',
      {},
      { circular: true },
    ),
    ...lineRules,
    ...ringRules,
    ...doorRules,
    ...packageRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
