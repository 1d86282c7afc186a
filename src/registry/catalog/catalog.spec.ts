import type { ManifestInput } from '../../agents/index.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import { Catalog, parseAgentReference } from './catalog.js';
import type { Release } from './release.js';

const release = (name: string, version: string, more: ManifestInput = {}): Release =>
  buildRelease({ name, version, capabilities: ['greet'], ...more }).release;

/** A catalog of one agent with these versions, added in this order. */
function catalogOf(...versions: string[]) {
  const catalog = new Catalog();
  const releases = versions.map((version) => release('writer', version));
  for (const added of releases) catalog.add(added);
  const byVersion = (version: string): Release => releases.findLast((each) => each.version === version)!;
  return { catalog, byVersion };
}

describe('the current release', () => {
  it.each([
    [['1.0.0'], '1.0.0'],
    [['1.0.0', '2.0.0'], '2.0.0'],
    [['2.0.0', '1.0.0'], '2.0.0'],
    [['1.10.0', '1.9.0'], '1.10.0'],
    [['1.0.0', '2.0.0-beta.1'], '1.0.0'],
    [['2.0.0-beta.2', '2.0.0-beta.10'], '2.0.0-beta.10'],
    [['2.0.0-beta.1', '2.0.0'], '2.0.0'],
  ])('of %j is %s', (versions, current) => {
    const { catalog } = catalogOf(...versions);
    expect(catalog.current('writer')?.version).toBe(current);
    expect(catalog.all().filter(({ isCurrent }) => isCurrent)).toEqual([catalog.current('writer')]);
  });

  it('is the next best one once it has been removed, and none once all have', () => {
    const { catalog, byVersion } = catalogOf('1.0.0', '2.0.0', '3.0.0-rc.1');
    catalog.remove(byVersion('2.0.0'));
    expect(catalog.current('writer')?.version).toBe('1.0.0');
    catalog.remove(byVersion('1.0.0'));
    expect(catalog.current('writer')?.version).toBe('3.0.0-rc.1');
    catalog.remove(byVersion('3.0.0-rc.1'));
    expect(catalog.current('writer')).toBeUndefined();
    expect(catalog.all()).toEqual([]);
    expect(catalog.index.capabilityNames()).toEqual([]);
  });

  it('hands over to the next best one while it drains, and takes over again after', () => {
    const { catalog, byVersion } = catalogOf('1.0.0', '2.0.0');
    catalog.setDraining(byVersion('2.0.0'), true);
    expect(catalog.current('writer')?.version).toBe('1.0.0');
    expect(catalog.index.providersOf('greet').map(({ id }) => id)).toEqual(['writer@1.0.0']);
    catalog.setDraining(byVersion('2.0.0'), false);
    expect(catalog.current('writer')?.version).toBe('2.0.0');
  });

  it('stays while all releases of its agent drain', () => {
    const { catalog, byVersion } = catalogOf('1.0.0', '2.0.0');
    catalog.setDraining(byVersion('1.0.0'), true);
    catalog.setDraining(byVersion('2.0.0'), true);
    expect(catalog.current('writer')?.version).toBe('2.0.0');
  });

  it('is no longer what has left, drained or not', () => {
    const { catalog, byVersion } = catalogOf('1.0.0');
    const left = byVersion('1.0.0');
    catalog.remove(left);
    catalog.setDraining(left, true);
    expect([left.isCurrent, left.isDraining, catalog.has(left)]).toEqual([false, true, false]);
    expect(catalog.all()).toEqual([]);
  });
});

describe('the catalog', () => {
  it('lists agents in the order of registration and versions from the highest down', () => {
    const catalog = new Catalog();
    for (const [name, version] of [
      ['writer', '1.0.0'],
      ['critic', '1.0.0'],
      ['writer', '3.0.0'],
      ['writer', '2.0.0'],
    ] as const) {
      catalog.add(release(name, version));
    }
    expect(catalog.all().map(({ id }) => id)).toEqual([
      'writer@3.0.0',
      'writer@2.0.0',
      'writer@1.0.0',
      'critic@1.0.0',
    ]);
  });

  it('lets a release take the place of one of its id', () => {
    const { catalog, byVersion } = catalogOf('1.0.0', '2.0.0');
    const before = byVersion('2.0.0');
    const after = release('writer', '2.0.0');
    catalog.add(after);
    expect(catalog.current('writer')).toBe(after);
    expect([before.isCurrent, catalog.has(before), catalog.has(after)]).toEqual([false, false, true]);
    expect(catalog.releasesOf('writer')).toHaveLength(2);
  });

  it('does not remove a release because another one of its id has left', () => {
    const { catalog, byVersion } = catalogOf('1.0.0');
    const before = byVersion('1.0.0');
    const after = release('writer', '1.0.0');
    catalog.add(after);
    catalog.remove(before);
    expect(catalog.all()).toEqual([after]);
  });

  it('gives lists that later changes leave as they are', () => {
    const { catalog, byVersion } = catalogOf('1.0.0');
    const before = catalog.releasesOf('writer');
    catalog.add(release('writer', '2.0.0'));
    expect(before).toEqual([byVersion('1.0.0')]);
    expect([before, catalog.releasesOf('writer'), catalog.releasesOf('nobody')].map(Object.isFrozen)).toEqual(
      [true, true, true],
    );
  });
});

describe('looking up a release', () => {
  const { catalog } = catalogOf('1.0.0', '1.2.0', '2.0.0', '3.0.0-beta.1', '3.0.0-beta.2');

  it.each([
    [undefined, '2.0.0'],
    ['1.0.0', '1.0.0'],
    ['^1.0.0', '1.2.0'],
    ['1.x', '1.2.0'],
    ['<2', '1.2.0'],
    ['*', '2.0.0'],
    ['>=1', '2.0.0'],
    ['3.0.0-beta.1', '3.0.0-beta.1'],
    ['^3.0.0-beta.1', '3.0.0-beta.2'],
    ['^3.0.0', undefined],
    ['9.x', undefined],
  ])('by the range %s finds %s', (range, version) => {
    expect(catalog.find('writer', range)?.version).toBe(version);
  });

  it('gives all that satisfy a range, highest first', () => {
    expect(catalog.releasesMatching('writer', '<3').map(({ version }) => version)).toEqual([
      '2.0.0',
      '1.2.0',
      '1.0.0',
    ]);
  });

  it.each(['latest', '^', '1.0.0.0', ' '.repeat(101), null as never])('refuses the range %j', (range) => {
    expect(() => catalog.find('writer', range)).toThrow(
      expect.objectContaining({ code: 'VERSION_RANGE_INVALID', kind: 'input' }),
    );
  });

  it('suggests near names for an unknown agent', () => {
    expect(() => catalog.get('writter')).toThrow(
      expect.objectContaining({
        code: 'AGENT_UNKNOWN',
        details: expect.objectContaining({ nearest: ['writer'] }),
      }),
    );
  });

  it('names the versions there are when none fits', () => {
    expect(() => catalog.get('writer', '^9')).toThrow(
      'No agent "writer@^9" is registered. Its registered versions are 3.0.0-beta.2, 3.0.0-beta.1, 2.0.0, 1.2.0, 1.0.0.',
    );
  });

  it('gets the release that it finds', () => {
    expect(catalog.get('writer', '1.0.0').version).toBe('1.0.0');
  });
});

describe('a reference to an agent', () => {
  it.each([
    ['writer', { name: 'writer' }],
    ['writer@^2', { name: 'writer', range: '^2' }],
    ['writer@1.0.0-a@b', { name: 'writer', range: '1.0.0-a@b' }],
    ['writer@', { name: 'writer', range: '' }],
    ['@2', { name: '@2' }],
  ])('%s reads as %j', (reference, parts) => {
    expect(parseAgentReference(reference)).toEqual(parts);
  });
});
