// `npm run chaos`: every fault in full, a table at the end. `npm run chaos -- --seed 7 races` lets that one loose, as the seed says.
import { parseArgs } from 'node:util';
import { QUOTA_BOUNDS, tryQuotas } from './quotas/trial.js';
import * as scenarios from './scenarios/index.js';
import { tryOut, type Fault, type Report } from './trial.js';

/** How often each fault is let loose. */
const FAULTS: readonly (readonly [fault: Fault, times: number])[] = [
  [scenarios.killEmbedded, 60],
  [scenarios.killOneOfThree, 50],
  [scenarios.pauseOneOfTwo, 6],
  [scenarios.postgresAway, 10],
  [scenarios.cutConnection(), 100],
  [scenarios.clockJumps, 12],
  [scenarios.races, 15],
];

/** The trial of quotas: kills of nodes, and clients that ask one task after the other. */
const QUOTAS = { kills: 10, clients: 60 };

const IN_FLIGHT = 200;
/** Violations that are shown of one fault. */
const MAX_SHOWN = 20;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { seed: { type: 'string' }, times: { type: 'string' }, 'in-flight': { type: 'string' } },
    allowPositionals: true,
  });
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}; \`npm run chaos -- --seed ${seed}\` draws the same numbers again\n`);
  const reports: Report[] = [];
  for (const [fault, times] of FAULTS) {
    if (positionals.length > 0 && !positionals.some((wanted) => fault.name.includes(wanted))) continue;
    const size = {
      seed,
      times: Number(values.times ?? times),
      inFlight: Number(values['in-flight'] ?? IN_FLIGHT),
    };
    const report = await tryOut(fault, size).catch((error: unknown) => brokenOff(fault, error));
    reports.push(report);
    console.log(`${fault.name}: ${report.violations.length} violations, ${seconds(report.tookMs)} s`);
    for (const violation of report.violations.slice(0, MAX_SHOWN)) console.log(`  ${violation}`);
  }
  if (reports.length > 0) console.table(Object.fromEntries(reports.map(toRow)));
  if (reports.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
  await tryOutQuotas(positionals, seed, Number(values.times ?? QUOTAS.kills));
}

/** What agents did under quotas, while nodes of three were killed. */
async function tryOutQuotas(wanted: readonly string[], seed: number, kills: number): Promise<void> {
  if (wanted.length > 0 && !wanted.includes('quotas')) return;
  const bounds = { ...QUOTA_BOUNDS, maxCostUsd: 4 * kills };
  const report = await tryQuotas({ seed, kills, clients: QUOTAS.clients, bounds, isPatient: true });
  const { spentUsd, violations, ...figures } = report;
  console.log(`quotas: ${violations.length} violations, ${seconds(report.tookMs)} s`);
  for (const violation of violations.slice(0, MAX_SHOWN)) console.log(`  ${violation}`);
  console.table({
    quotas: { ...figures, mostUsd: Math.max(...spentUsd.values()), maxUsd: bounds.maxCostUsd },
  });
  if (violations.length > 0) process.exitCode = 1;
}

/** A fault that could not be tried to its end; the others are, all the same. */
function brokenOff({ name }: Fault, error: unknown): Report {
  const violations = [`it broke off: ${error instanceof Error ? error.stack : String(error)}`];
  const none = { runs: 0, harms: 0, kills: 0, killsMidRun: 0, executions: 0, repeated: 0, strays: 0 };
  return { name, ...none, slowestFailoverMs: 0, violations, tookMs: 0 };
}

function toRow({ name, ...report }: Report): [string, object] {
  const row = {
    runs: report.runs,
    harms: report.harms,
    kills: report.kills,
    'kills mid-run': report.killsMidRun,
    executions: report.executions,
    repeated: report.repeated,
    strays: report.strays,
    'slowest failover, s': seconds(report.slowestFailoverMs),
    violations: report.violations.length,
    'took, s': seconds(report.tookMs),
  };
  return [name, row];
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

await main();
