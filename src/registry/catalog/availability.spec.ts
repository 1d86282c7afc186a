import { buildRelease } from '../../testing/builders/release-builder.js';
import { canProvide, findMissingDependency, isAvailable } from './availability.js';
import { Catalog } from './catalog.js';

/** Agents by name with what they depend on, all active. */
function setUp(agents: Readonly<Record<string, readonly string[]>>) {
  const catalog = new Catalog();
  const built = Object.entries(agents).map(([name, dependencies]) => buildRelease({ name, dependencies }));
  for (const { release } of built) catalog.add(release);
  const byName = (name: string) => built.find(({ release }) => release.name === name)!;
  const missing = (name: string) => findMissingDependency(byName(name).release, catalog);
  return { catalog, byName, missing };
}

describe('availability', () => {
  it('ends while its instances here are unwell, and of one capability while something is in its way', () => {
    const { catalog, byName } = setUp({ ada: [] });
    const { release } = byName('ada');
    release.obstacles = new Map([['echo', { code: 'breaker', reason: 'its circuit is open' }]]);
    expect([isAvailable(release, catalog), canProvide(release, 'echo', catalog)]).toEqual([true, false]);
    expect(canProvide(release, 'other', catalog)).toBe(true);
    release.isUnwell = true;
    expect([isAvailable(release, catalog), canProvide(release, 'other', catalog)]).toEqual([false, false]);
  });

  it.each(['inactive', 'maintenance', 'failed'] as const)('ends while the release is %s', (status) => {
    const { catalog, byName } = setUp({ ada: [] });
    const { release, live } = byName('ada');
    expect(isAvailable(release, catalog)).toBe(true);
    live.status = status;
    expect(isAvailable(release, catalog)).toBe(false);
  });

  it('ends while the release drains', () => {
    const { catalog, byName } = setUp({ ada: [] });
    catalog.setDraining(byName('ada').release, true);
    expect(isAvailable(byName('ada').release, catalog)).toBe(false);
  });

  it('needs every dependency, and names the first that is missing', () => {
    const { byName, missing } = setUp({ ada: ['bob', 'cyd'], bob: [], cyd: [] });
    expect(missing('ada')).toBeUndefined();
    byName('cyd').live.status = 'failed';
    expect(missing('ada')).toBe('cyd');
    byName('bob').live.status = 'inactive';
    expect(missing('ada')).toBe('bob');
  });

  it('names the direct dependency through which something is missing', () => {
    const { catalog, byName, missing } = setUp({ ada: ['bob'], bob: ['cyd'], cyd: [] });
    catalog.remove(byName('cyd').release);
    expect(missing('ada')).toBe('bob');
    expect(missing('bob')).toBe('cyd');
  });

  it('needs the current release of a dependency, not any', () => {
    const { catalog, missing } = setUp({ ada: ['bob'], bob: [] });
    catalog.add(buildRelease({ name: 'bob', version: '2.0.0' }, { status: 'maintenance' }).release);
    expect(missing('ada')).toBe('bob');
  });

  it('looks at each agent once, however many ways lead to it', () => {
    const layers = 60;
    const agents: Record<string, string[]> = {};
    for (let layer = 0; layer < layers; layer++) {
      const next = layer + 1 < layers ? [`left${layer + 1}`, `right${layer + 1}`] : [];
      agents[`left${layer}`] = next;
      agents[`right${layer}`] = next;
    }
    const { catalog, byName } = setUp(agents);
    const current = catalog.current.bind(catalog);
    let looks = 0;
    catalog.current = (name) => {
      looks += 1;
      return current(name);
    };
    expect(isAvailable(byName('left0').release, catalog)).toBe(true);
    expect(looks).toBe(2 * (layers - 1));
  });

  it('ends on a chain of any length, and on a circle', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`a${index}`, index === 19_999 ? [] : [`a${index + 1}`]]),
    );
    expect(setUp(chain).missing('a0')).toBeUndefined();
    expect(setUp({ ada: ['bob'], bob: ['ada'] }).missing('ada')).toBeUndefined();
  });
});
