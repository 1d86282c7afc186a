/** Two projects, so that `unit` runs in seconds and `e2e` can take its time; one coverage report over both. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^cadre$': '<rootDir>/src/index.ts',
    '^cadre/server$': '<rootDir>/src/server.ts',
    '^cadre/testing$': '<rootDir>/src/testing/index.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
};

export default {
  // In workers also where jest would run in one process, and anew when one has grown: V8 counts for every script it ever
  // loaded, so a process with all specs in it gets slower with each, until it hardly moves.
  maxWorkers: 2,
  workerIdleMemoryLimit: '500MB',
  // Tests that say so run side by side, as many as there are workers.
  maxConcurrency: 2,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/examples/**/*.spec.ts'],
    },
    { ...common, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.spec.ts'] },
  ],
  // For hooks and tests that start servers and databases on a machine that does other things besides.
  testTimeout: 30_000,
  coverageProvider: 'v8',
  collectCoverageFrom: [
    'src/**/*.ts',
    'examples/**/*.ts',
    '!**/*.spec.ts',
    '!**/testing/**',
    // What only names or hands on: there is nothing to run in it.
    '!**/*.types.ts',
    '!**/index.ts',
    '!**/main.ts',
  ],
  coverageThreshold: { global: { lines: 90, statements: 90, branches: 90, functions: 90 } },
};
