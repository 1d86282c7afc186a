import fc from 'fast-check';
import { z } from 'zod';
import { allOf, anyOf, capability, dataType, type Capability } from '../../agents/index.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import { CapabilityIndex } from './capability-index.js';
import { Catalog } from './catalog.js';
import type { Release } from './release.js';

const Text = dataType('text', z.string());
const Pdf = dataType('pdf', z.string());
const Report = dataType('report', z.string());
const description = 'For a test.';
const CAPABILITIES: readonly Capability[] = [
  capability({ name: 'write', description, input: Text, output: Report }),
  capability({ name: 'read', description, input: anyOf(Text, Pdf), output: Text }),
  capability({
    name: 'merge',
    description,
    input: allOf({ left: Text, right: Pdf }),
    output: anyOf(Report, Text),
  }),
];
const TYPES = ['text', 'pdf', 'report'];

const build = (name: string, version: string, ...capabilities: readonly Capability[]): Release =>
  buildRelease({ name, version, capabilities }).release;

const ids = (releases: readonly Release[]): string[] => releases.map(({ id }) => id);

/** Everything the index can be asked, asked. */
function answersOf(index: CapabilityIndex) {
  return {
    names: index.capabilityNames().sort(),
    capabilities: CAPABILITIES.map(({ name }) => {
      const entry = index.entry(name);
      return {
        providers: ids(index.providersOf(name)),
        entry: entry && {
          name: entry.name,
          capability: entry.capability,
          providers: ids(entry.providers),
          standby: ids(entry.standby),
          contracts: entry.contracts,
        },
      };
    }),
    takes: TYPES.map((type) => ids(index.byInputType(type))),
    makes: TYPES.map((type) => ids(index.byOutputType(type))),
  };
}

/** The same answers by looking at each release. */
function answersByScan(catalog: Catalog): ReturnType<typeof answersOf> {
  const current = catalog.all().filter(({ isCurrent }) => isCurrent);
  const standby = catalog.all().filter(({ isCurrent }) => !isCurrent);
  const contractsOf = (release: Release) => [...release.capabilities.values()].map((each) => each.capability);
  const provide = (releases: readonly Release[], name: string): Release[] =>
    releases.filter((release) => release.capabilities.has(name));
  return {
    names: [...new Set(current.flatMap((release) => [...release.capabilities.keys()]))].sort(),
    capabilities: CAPABILITIES.map(({ name }) => {
      const providers = provide(current, name);
      const offered = providers.map((release) => release.capabilities.get(name)!.capability);
      const entry = offered[0] && {
        name,
        capability: offered[0],
        providers: ids(providers),
        standby: ids(provide(standby, name)),
        contracts: [...new Set(offered.map(({ contract }) => contract))],
      };
      return { providers: ids(providers), entry };
    }),
    takes: TYPES.map((type) =>
      ids(
        current.filter((release) =>
          contractsOf(release).some(({ contract }) =>
            [...contract.inputs.values()].some(({ name }) => name === type),
          ),
        ),
      ),
    ),
    makes: TYPES.map((type) =>
      ids(
        current.filter((release) =>
          contractsOf(release).some(({ contract }) => contract.outputs.some(({ name }) => name === type)),
        ),
      ),
    ),
  };
}

const change = fc.record({
  kind: fc.constantFrom(
    'add' as const,
    'add' as const,
    'remove' as const,
    'drain' as const,
    'restore' as const,
  ),
  name: fc.constantFrom('ada', 'bob', 'cyd', 'dan'),
  version: fc.constantFrom('1.0.0', '2.0.0', '3.0.0-beta.1'),
  capabilities: fc.subarray([...CAPABILITIES]),
});

describe('the capability index', () => {
  it('answers as a scan of all releases does, whatever came, went, drained or was replaced', () => {
    const property = fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const catalog = new Catalog();
      for (const { kind, name, version, capabilities } of changes) {
        const [present] = catalog.releasesMatching(name, version);
        if (kind === 'add') catalog.add(build(name, version, ...capabilities));
        else if (present && kind === 'remove') catalog.remove(present);
        else if (present) catalog.setDraining(present, kind === 'drain');
        expect(answersOf(catalog.index)).toEqual(answersByScan(catalog));
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('keeps no key when all agents have left', () => {
    const index = new CapabilityIndex();
    index.set('ada', build('ada', '2.0.0', ...CAPABILITIES), [build('ada', '1.0.0', ...CAPABILITIES)]);
    index.set('ada', undefined);
    index.set('never-there', undefined);
    const nothing = {
      names: [],
      capabilities: CAPABILITIES.map(() => ({ providers: [], entry: undefined })),
    };
    expect(answersOf(index)).toEqual({ ...nothing, takes: [[], [], []], makes: [[], [], []] });
  });

  it('keeps the place of an agent that gains a capability late', () => {
    const [write, read] = CAPABILITIES;
    const index = new CapabilityIndex();
    index.set('ada', build('ada', '1.0.0', write!));
    index.set('bob', build('bob', '1.0.0', write!, read!));
    index.set('ada', build('ada', '2.0.0', write!, read!));
    expect(ids(index.providersOf('read'))).toEqual(['ada@2.0.0', 'bob@1.0.0']);
  });

  it('gives an agent a new place when it comes back after it had left', () => {
    const [write] = CAPABILITIES;
    const index = new CapabilityIndex();
    const ada = build('ada', '1.0.0', write!);
    index.set('ada', ada);
    index.set('bob', build('bob', '1.0.0', write!));
    index.set('ada', undefined);
    index.set('ada', ada);
    expect(ids(index.providersOf('write'))).toEqual(['bob@1.0.0', 'ada@1.0.0']);
  });

  it('has no entry for what only a release on standby provides', () => {
    const [write, read] = CAPABILITIES;
    const index = new CapabilityIndex();
    index.set('ada', build('ada', '2.0.0', write!), [build('ada', '1.0.0', read!)]);
    expect(index.entry('read')).toBeUndefined();
    expect(index.capabilityNames()).toEqual(['write']);
  });

  it('gives frozen lists that later changes leave as they are', () => {
    const [write] = CAPABILITIES;
    const index = new CapabilityIndex();
    index.set('ada', build('ada', '2.0.0', write!), [build('ada', '1.0.0', write!)]);
    const entry = index.entry('write')!;
    const lists = [
      entry.providers,
      entry.standby,
      entry.contracts,
      index.byInputType('text'),
      index.byOutputType('x'),
    ];
    index.set('ada', undefined);
    index.set('bob', build('bob', '1.0.0', write!));
    expect([entry, ...lists].map(Object.isFrozen)).toEqual(Array.from({ length: 6 }, () => true));
    expect(lists.slice(0, 4).map((list) => list.length)).toEqual([1, 1, 1, 1]);
    expect(ids(entry.providers)).toEqual(['ada@2.0.0']);
  });

  it('gives the same list again as long as nothing changes', () => {
    const index = new CapabilityIndex();
    index.set('ada', build('ada', '1.0.0', ...CAPABILITIES));
    expect(index.providersOf('read')).toBe(index.providersOf('read'));
    expect(index.entry('read')).toBe(index.entry('read'));
  });
});
