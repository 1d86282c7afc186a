import { hosted } from '../../testing/contracts/cluster-store.contract.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import { Catalog } from '../catalog/catalog.js';
import { Neighbors } from '../cluster/neighbors.js';
import type { HostedRelease } from '../cluster/cluster.store.js';
import type { Demand } from '../cluster/demand.js';
import { findStranded } from './last-providers.js';

const agent = (id: string, capabilities: string[], more: object = {}) => {
  const [name = '', version] = id.split('@');
  return buildRelease({ name, version, capabilities, ...more }).release;
};

/** Who is stranded when the releases of these ids leave; each demand is one dependent, named by its place. */
function strandedBy(
  leaving: readonly string[],
  demands: readonly Demand[],
  elsewhere: readonly HostedRelease[] = [],
): string[] {
  const releases = [
    agent('writer@2.0.0', ['write', 'edit'], { region: 'eu', tags: ['fine'] }),
    agent('writer@1.0.0', ['write']),
    agent('poet@1.0.0', ['write', 'rhyme']),
    agent('singer@1.0.0', ['sing']),
  ];
  const neighbors = new Neighbors();
  neighbors.hear(elsewhere);
  const dependents = {
    all: () => demands.map((demand, index) => ({ name: `${index}`, demands: [demand] })),
  };
  const catalog = new Catalog();
  for (const release of releases) catalog.add(release);
  return findStranded(
    { catalog, neighbors, dependents },
    releases.filter(({ id }) => leaving.includes(id)),
  );
}

describe('who is stranded', () => {
  it.each<[demand: Demand, leaving: string[]]>([
    [{ capability: 'sing' }, ['singer@1.0.0']],
    [{ capability: 'edit' }, ['writer@2.0.0', 'writer@1.0.0']],
    // The release that follows it as the current one cannot do it.
    [{ capability: 'edit' }, ['writer@2.0.0']],
    [{ agent: 'singer' }, ['singer@1.0.0']],
    [{ agent: 'writer@^2.0.0', capability: 'write' }, ['writer@2.0.0']],
    [{ agent: 'writer@1', capability: 'write' }, ['writer@1.0.0']],
    [{ agent: 'poet', capability: 'write' }, ['poet@1.0.0']],
    [{ capability: 'write' }, ['writer@2.0.0', 'writer@1.0.0', 'poet@1.0.0']],
    [{ capability: 'write', region: 'eu' }, ['writer@2.0.0']],
    [{ capability: 'write', tags: ['fine'] }, ['writer@2.0.0']],
  ])('asks for %j when %j leave', (demand, leaving) => {
    expect(strandedBy(leaving, [demand])).toEqual(['0']);
  });

  it.each<[demand: Demand, leaving: string[]]>([
    [{ capability: 'write' }, ['writer@2.0.0', 'writer@1.0.0']],
    [{ capability: 'write' }, ['poet@1.0.0']],
    [{ agent: 'writer', capability: 'write' }, ['writer@2.0.0']],
    [{ agent: 'writer@*', capability: 'write' }, ['writer@2.0.0']],
    [{ agent: 'poet', capability: 'sing' }, ['singer@1.0.0']],
    // Nobody could do it before.
    [{ capability: 'dance' }, ['singer@1.0.0']],
    [{ capability: 'sing', region: 'eu' }, ['singer@1.0.0']],
  ])('is nobody who asks for %j when %j leave', (demand, leaving) => {
    expect(strandedBy(leaving, [demand])).toEqual([]);
  });

  it('names all of them, each once', () => {
    expect(
      strandedBy(['singer@1.0.0'], [{ agent: 'singer' }, { agent: 'poet' }, { capability: 'sing' }]),
    ).toEqual(['0', '2']);
  });

  it('is nobody whom another node serves, unless the same release leaves there too', () => {
    const leaving = ['singer@1.0.0'];
    const own = { ...hosted('other'), capabilities: hosted('sing').capabilities };
    expect(strandedBy(leaving, [{ capability: 'sing' }], [own])).toEqual([]);
    const same = { ...hosted('singer@1.0.0'), capabilities: hosted('sing').capabilities };
    expect(strandedBy(leaving, [{ capability: 'sing' }], [same])).toEqual(['0']);
  });

  it('is nobody whom another release of the agent serves on another node', () => {
    const capabilities = hosted('sing').capabilities;
    const older = { ...hosted('singer@0.9.0'), capabilities, isCurrent: false };
    const same = { ...hosted('singer@1.0.0'), capabilities };
    const demand = { capability: 'sing' };
    expect(strandedBy(['singer@1.0.0'], [demand], [older, same])).toEqual([]);
    expect(strandedBy(['singer@1.0.0'], [demand], [older])).toEqual(['0']);
  });
});
