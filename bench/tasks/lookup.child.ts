import { NestFactory } from '@nestjs/core';
import { resolveManifest } from '../../src/agents/index.js';
import { AgentRegistry, CadreModule } from '../../src/index.js';
import { Catalog, Release, type CapabilityEntry } from '../../src/registry/index.js';
import { finish, readRequest } from '../child.js';
import { textCapability } from '../fleet.js';
import { PROVIDERS_PER_CAPABILITY, type LookupFigures, type LookupRequest } from './lookup.js';
import { comparePair, cpuPerRepetitionNs, median, type Repeated } from '../sampling.js';

type Find = (name: string) => CapabilityEntry | undefined;

/** Names to look up, in an order that no cache foresees. */
const POOL = 100_000;
const ROUNDS = 9;

/** Adds up what was found, so that no look-up is optimized away. */
let found = 0;

async function measure(agentCount: number): Promise<LookupFigures> {
  const app = await NestFactory.createApplicationContext(CadreModule.forRoot(), { logger: false });
  const catalog = app.get(Catalog, { strict: false });
  const registry = app.get(AgentRegistry);
  const names = fill(catalog, agentCount);
  const asked = Array.from({ length: POOL }, (_, at) => names[(at * 7_919) % names.length] as string);
  const map = new Map(names.map((name) => [name, catalog.index.entry(name) as CapabilityEntry]));
  const findInMap: Find = (name) => map.get(name);
  const findInIndex: Find = (name) => catalog.index.entry(name);
  return {
    known: await comparePair(eachOf(asked, findInMap), eachOf(asked, findInIndex), {
      rounds: ROUNDS,
      count: 20 * POOL,
      warmUp: POOL,
    }),
    fresh: {
      bareNs: await measureFresh(asked, findInMap),
      fullNs: await measureFresh(asked, findInIndex),
    },
    changedNs: await measureChanges(catalog, names),
    listNs: await measureSeveral((count) => {
      for (let at = 0; at < count; at += 1)
        found += registry.list({ capability: asked[at] as string }).length;
    }, 20_000),
  };
}

/** Puts agents in the catalog without an application around each: the index does not know the difference. */
function fill(catalog: Catalog, agentCount: number): string[] {
  const names = Array.from(
    { length: Math.ceil(agentCount / PROVIDERS_PER_CAPABILITY) },
    (_, at) => `capability_${at}`,
  );
  const capabilities = names.map(textCapability);
  const instance = { execute: (text: string) => text };
  for (let at = 0; at < agentCount; at += 1) {
    const provided = capabilities[at % capabilities.length]!;
    const resolution = resolveManifest({ name: `agent_${at}`, capabilities: [provided] }, instance);
    if (!resolution.ok) throw new Error(resolution.violations[0]?.message);
    const { manifest } = resolution;
    const release = `${manifest.name}@${manifest.version}`;
    const live = { release, status: 'active', since: 0, triggeredBy: 'system' } as const;
    catalog.add(new Release(manifest, { lifetime: 'shared', get: () => instance }, live));
  }
  return names;
}

/** Looks up one name after the other, from the start again when they are used up. */
function eachOf(names: readonly string[], find: Find): Repeated {
  return (count) => {
    for (let at = 0; at < count; at += 1) {
      found += find(names[at % names.length] as string)?.providers.length ?? 0;
    }
  };
}

/** Looks up each name as a text that was never hashed before, as they come out of a request. */
async function measureFresh(names: readonly string[], find: Find): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = names.map((name) => Buffer.from(name).toString('latin1'));
    rounds.push(await cpuPerRepetitionNs(eachOf(fresh, find), fresh.length));
  }
  return median(rounds);
}

/** An agent leaves and comes back, and its capability is looked up: the changes, and the first look-up after them. */
function measureChanges(catalog: Catalog, names: readonly string[]): Promise<number> {
  const some = names.slice(0, 1_000);
  const releases = some.map((name) => catalog.index.entry(name)?.providers[0] as Release);
  return measureSeveral((count) => {
    for (let at = 0; at < count; at += 1) {
      const release = releases[at % some.length] as Release;
      catalog.remove(release);
      catalog.add(release);
      found += catalog.index.entry(some[at % some.length] as string)?.providers.length ?? 0;
    }
  }, 20_000);
}

async function measureSeveral(work: Repeated, count: number): Promise<number> {
  await work(count);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cpuPerRepetitionNs(work, count));
  return median(rounds);
}

const figures = await measure(readRequest<LookupRequest>().agentCount);
if (found === 0) throw new Error('no look-up found anybody');
finish({ ...figures });
