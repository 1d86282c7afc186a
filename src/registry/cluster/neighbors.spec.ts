import { hosted } from '../../testing/contracts/cluster-store.contract.js';
import { catalogOf } from '../../testing/builders/catalog-of.js';
import { findOwn, ownSupply, type Demand } from './demand.js';
import { Neighbors } from './neighbors.js';

const capabilities = (...names: readonly string[]) =>
  names.map((name) => ({ name, inputTypes: [], outputTypes: [] }));

function neighborsWith(...releases: Parameters<Neighbors['hear']>[0]): Neighbors {
  const neighbors = new Neighbors();
  neighbors.hear(releases);
  return neighbors;
}

describe('what other nodes host', () => {
  const neighbors = neighborsWith(
    hosted('writer@2.0.0', {
      capabilities: capabilities('write', 'edit'),
      region: 'eu',
      tags: ['fast', 'fine'],
    }),
    hosted('writer@1.5.0', { capabilities: capabilities('write'), isCurrent: false }),
    hosted('poet@1.0.0', { capabilities: capabilities('rhyme'), isAvailable: false }),
  );

  it.each<[demand: Demand, found: string[]]>([
    [{ capability: 'write' }, ['writer@2.0.0']],
    [{ capability: 'rhyme' }, ['poet@1.0.0']],
    [{ capability: 'sing' }, []],
    [{ agent: 'poet' }, ['poet@1.0.0']],
    [{ agent: 'poet', capability: 'rhyme' }, ['poet@1.0.0']],
    [{ agent: 'poet', capability: 'write' }, []],
    // Two capabilities: it cannot be told which is meant.
    [{ agent: 'writer' }, []],
    [{ agent: 'writer', capability: 'write' }, ['writer@2.0.0']],
    [{ agent: 'writer@^1.0.0', capability: 'write' }, ['writer@1.5.0']],
    [{ agent: 'writer@*', capability: 'write' }, ['writer@2.0.0', 'writer@1.5.0']],
    [{ agent: 'writer@newest', capability: 'write' }, []],
    [{ capability: 'write', region: 'eu' }, ['writer@2.0.0']],
    [{ capability: 'write', region: 'us' }, []],
    [{ capability: 'write', residency: ['us', 'eu'] }, ['writer@2.0.0']],
    [{ capability: 'write', residency: ['us'] }, []],
    [{ capability: 'write', tags: ['fine'] }, ['writer@2.0.0']],
    [{ capability: 'write', tags: ['fine', 'cheap'] }, []],
  ])('meets %j by %j', (demand, found) => {
    expect(neighbors.find(demand).map(({ name, version }) => `${name}@${version}`)).toEqual(found);
  });

  it('is available where one of those is', () => {
    const two = neighborsWith(hosted('poet', { isAvailable: false }), hosted('poet'));
    expect(two.supply({ capability: 'poet' })).toBe('available');
    expect(neighbors.supply({ capability: 'rhyme' })).toBe('unavailable');
    expect(neighbors.supply({ capability: 'sing' })).toBeUndefined();
  });

  it('says who became available by what was heard', () => {
    const heard = new Neighbors();
    expect(heard.hear([])).toBeUndefined();
    expect(heard.hear([hosted('poet', { isAvailable: false })])).toEqual([]);
    expect(heard.hear([hosted('poet'), hosted('writer', { capabilities: capabilities('edit') })])).toEqual([
      'poet',
      'writer',
      'edit',
    ]);
    expect(heard.hear([hosted('poet')])).toEqual([]);
    expect(heard.hear([hosted('poet')])).toBeUndefined();
    expect(heard.hear([hosted('poet', { capabilities: capabilities('rhyme') })])).toEqual(['poet', 'rhyme']);
  });
});

describe('what this node hosts', () => {
  const catalog = catalogOf(
    { name: 'writer', version: '2.0.0', capabilities: ['write', 'edit'], region: 'eu', tags: ['fine'] },
    { name: 'writer', version: '1.0.0', capabilities: ['write'] },
    { name: 'poet', capabilities: ['rhyme'], dependencies: ['muse'] },
  );

  it.each<[demand: Demand, found: string[]]>([
    [{ capability: 'write' }, ['writer@2.0.0']],
    [{ capability: 'sing' }, []],
    [{ agent: 'writer@1.x', capability: 'write' }, ['writer@1.0.0']],
    [{ agent: 'writer@1.x' }, ['writer@1.0.0']],
    [{ agent: 'writer' }, []],
    [{ agent: 'singer' }, []],
    [{ capability: 'write', region: 'eu', tags: ['fine'] }, ['writer@2.0.0']],
    [{ capability: 'write', region: 'us' }, []],
  ])('meets %j by %j', (demand, found) => {
    expect(findOwn(catalog, demand).map(({ id }) => id)).toEqual(found);
  });

  it('is available where one of those is in service with all that it depends on', () => {
    expect(ownSupply(catalog, { capability: 'write' })).toBe('available');
    expect(ownSupply(catalog, { capability: 'rhyme' })).toBe('unavailable');
    expect(ownSupply(catalog, { capability: 'sing' })).toBeUndefined();
  });
});
