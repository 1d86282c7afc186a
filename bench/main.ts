import { availableParallelism, cpus, loadavg } from 'node:os';
import { analytics } from './metrics/analytics.js';
import { boot } from './tasks/boot.js';
import { cluster } from './runs/cluster.js';
import { durable } from './runs/durable.js';
import { execute } from './tasks/execute.js';
import { failing } from './selection/failing.js';
import { lookup } from './tasks/lookup.js';
import { metrics } from './metrics/metrics.js';
import { parked } from './runs/parked.js';
import { pglite } from './runs/pglite.js';
import { rest } from './rest/rest.js';
import { selection } from './selection/selection.js';
import { toTable, type Measurement } from './table.js';
import { workflows } from './runs/workflows.js';

const MEASUREMENTS: readonly Measurement[] = [
  execute,
  metrics,
  lookup,
  boot,
  rest,
  workflows,
  durable,
  cluster,
  parked,
  pglite,
  selection,
  failing,
  analytics,
];

/** `npm run bench` runs all measurements, `npm run bench -- lookup rest` those two. */
async function main(wanted: readonly string[]): Promise<void> {
  const names = MEASUREMENTS.map(({ name }) => name);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`Unknown measurement: ${unknown.join(', ')}. There are ${names.join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  console.log(`${machine()}\n`);
  const startedMs = performance.now();
  for (const measurement of MEASUREMENTS) {
    if (wanted.length > 0 && !wanted.includes(measurement.name)) continue;
    console.log(`${toTable(measurement.title, await measurement.measure())}\n`);
  }
  console.log(`${machine()}, ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
}

/** What the figures depend on; the load says how much the machine does besides. */
function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const load = loadavg()[0]?.toFixed(1);
  return `node ${process.version}, ${availableParallelism()} cores, ${model}, load ${load}`;
}

await main(process.argv.slice(2));
