// Runs the quality gates in order and stops at the first that fails. Each gate is the npm script `check:<name>`.
// `npm test` runs them all; `npm test -- lint types` runs those two.
import { spawnSync } from 'node:child_process';

/** Cheap ones first: what fails soonest is mended soonest. */
const GATES = {
  format: 'run `npm run format`',
  lint: 'mend the code; the rules and their reasons are in .oxlintrc.json',
  types: 'mend the types; this is tsconfig.json, the same that the editor uses',
  directions: 'move the import; the rules are in .dependency-cruiser.js, the picture in src/README.md',
  'dead-code': 'delete what nothing uses, or export it from src/index.ts if users should have it',
  tests: 'mend the code or the test; `npm run test:unit -- <path>` runs one file',
};

const names = Object.keys(GATES);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown gate: ${unknown.join(', ')}. The gates are ${names.join(', ')}.`);
  process.exit(2);
}

const startedAt = Date.now();
for (const name of wanted.length > 0 ? names.filter((gate) => wanted.includes(gate)) : names) run(name);
console.log(`\nAll gates passed in ${secondsSince(startedAt)}.`);

function run(name) {
  const gateStartedAt = Date.now();
  console.log(`\n> ${name}`);
  const { status, signal, error } = spawnSync('npm', ['run', '--silent', `check:${name}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) {
    console.log(`passed: ${name} (${secondsSince(gateStartedAt)})`);
    return;
  }
  const cause = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`);
  console.error(`\nFAILED: ${name} (${secondsSince(gateStartedAt)}, ${cause}). What to do: ${GATES[name]}.`);
  process.exit(1);
}

function secondsSince(epochMs) {
  return `${((Date.now() - epochMs) / 1_000).toFixed(1)} s`;
}
