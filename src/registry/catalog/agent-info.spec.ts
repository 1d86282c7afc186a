import { z } from 'zod';
import { anyOf, capability, dataType, type ManifestInput } from '../../agents/index.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import type { AgentFilter } from '../registry.types.js';
import { findReleases, toAgentInfo, toCapabilityInfo } from './agent-info.js';
import { Catalog } from './catalog.js';

const Text = dataType('text', z.string());
const Pdf = dataType('pdf', z.string());
const Report = dataType('report', z.string());
const description = 'For a test.';
const Read = capability({ name: 'read', description, input: anyOf(Text, Pdf), output: Text });
const Write = capability({ name: 'write', description, input: Text, output: Report });

function catalogOf(...inputs: readonly (ManifestInput & { readonly status?: 'active' | 'failed' })[]) {
  const catalog = new Catalog();
  for (const { status, ...input } of inputs) catalog.add(buildRelease(input, { status }).release);
  return catalog;
}

describe('finding releases', () => {
  const catalog = catalogOf(
    { name: 'ada', version: '1.0.0', capabilities: [Read, Write], region: 'eu', costPerTaskUsd: 2 },
    {
      name: 'ada',
      version: '2.0.0',
      capabilities: [Write],
      region: 'us',
      tags: ['fast'],
      costPerTaskUsd: 0.5,
    },
    { name: 'bob', version: '1.0.0', capabilities: [Read], tags: ['fast', 'new'], status: 'failed' },
    { name: 'cyd', version: '1.0.0', capabilities: [], dependencies: ['bob'] },
  );

  it.each<[AgentFilter, string[]]>([
    [{}, ['ada@2.0.0', 'bob@1.0.0', 'cyd@1.0.0']],
    [{ allVersions: true }, ['ada@2.0.0', 'ada@1.0.0', 'bob@1.0.0', 'cyd@1.0.0']],
    [{ status: 'failed' }, ['bob@1.0.0']],
    [{ available: true }, ['ada@2.0.0']],
    [{ available: false }, ['bob@1.0.0', 'cyd@1.0.0']],
    [{ capability: 'write' }, ['ada@2.0.0']],
    [{ capability: 'read', allVersions: true }, ['ada@1.0.0', 'bob@1.0.0']],
    [{ capability: 'paint' }, []],
    [{ inputType: 'text' }, ['ada@2.0.0', 'bob@1.0.0']],
    [{ inputType: 'pdf' }, ['bob@1.0.0']],
    [{ outputType: 'report' }, ['ada@2.0.0']],
    [{ outputType: 'text' }, ['bob@1.0.0']],
    [{ inputType: 'pdf', outputType: 'text' }, ['bob@1.0.0']],
    [{ inputType: 'pdf', outputType: 'report', allVersions: true }, []],
    [{ capability: 'write', outputType: 'text', allVersions: true }, []],
    [{ region: 'us' }, ['ada@2.0.0']],
    [{ tag: 'fast' }, ['ada@2.0.0', 'bob@1.0.0']],
    [{ maxCostUsd: 1 }, ['ada@2.0.0', 'bob@1.0.0', 'cyd@1.0.0']],
    [{ maxCostUsd: 0.4 }, ['bob@1.0.0', 'cyd@1.0.0']],
    [{ version: '^1.0.0' }, ['bob@1.0.0', 'cyd@1.0.0']],
    [{ version: '^1.0.0', allVersions: true, region: 'eu' }, ['ada@1.0.0']],
    [{ tag: 'fast', region: 'us', status: 'active', capability: 'write', available: true }, ['ada@2.0.0']],
  ])('by %j finds %j', (filter, expected) => {
    expect(findReleases(catalog, filter).map(({ id }) => id)).toEqual(expected);
  });

  it('refuses a version that is no range', () => {
    expect(() => findReleases(catalog, { version: 'newest' })).toThrow(
      expect.objectContaining({ code: 'VERSION_RANGE_INVALID' }),
    );
  });
});

describe('what is told of a release', () => {
  it('is all of it, at the moment of asking', () => {
    const catalog = catalogOf({ name: 'ada', version: '1.0.0' });
    const { release, live } = buildRelease({ name: 'ada', version: '2.0.0', maxConcurrentTasks: 3 });
    catalog.add(release);
    release.occupySlot();
    release.countAbandoned();
    const info = toAgentInfo(release, catalog);
    live.status = 'failed';
    release.vacateSlot();
    expect(info).toEqual({
      id: 'ada@2.0.0',
      name: 'ada',
      version: '2.0.0',
      manifest: release.manifest,
      isCurrent: true,
      isAvailable: true,
      status: 'active',
      statusSince: 1_000,
      load: { inFlight: 1, maxConcurrentTasks: 3, abandoned: 1 },
      isUnwell: false,
      health: undefined,
      versions: ['2.0.0', '1.0.0'],
    });
  });

  it('counts the providers of a capability that are available', () => {
    const catalog = catalogOf(
      { name: 'ada', capabilities: [Read] },
      { name: 'bob', capabilities: [Read], status: 'failed' },
    );
    const info = toCapabilityInfo(catalog.index.entry('read')!, catalog);
    expect(info).toMatchObject({ name: 'read', capability: Read, availableCount: 1 });
    expect(info.providers.map(({ id, isAvailable }) => [id, isAvailable])).toEqual([
      ['ada@1.0.0', true],
      ['bob@1.0.0', false],
    ]);
  });
});
