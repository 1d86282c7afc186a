import { z } from 'zod';
import { capability, RunContext } from '../../agents/index.js';
import { buildExecutor, Echo, type StubAgent } from '../../testing/workflows/build-executor.js';
import { checkQuery, filterCandidates, findCandidates, type CandidateQuery } from './candidates.js';

const Other = capability({ name: 'other', description: 'Other.', input: z.string(), output: z.string() });

function setup(agents: readonly StubAgent[], query: Partial<CandidateQuery> = {}) {
  const { catalog, built, add } = buildExecutor({ agents });
  const full = { capability: 'echo', whenUnavailable: 'fail', ...query } as const;
  const find = () => {
    const { releases, alternatives, aside, contracts } = findCandidates(catalog, full);
    return {
      releases: releases.map(({ id }) => id),
      alternatives: alternatives.map(({ id }) => id),
      aside: aside.map(({ agent, version, code }) => `${agent}@${version} ${code}`),
      contracts: contracts.length,
    };
  };
  const filter = () => {
    const needs = { capability: 'echo', context: RunContext.EMPTY };
    const { free, busy, excluded } = filterCandidates(findCandidates(catalog, full), needs, catalog);
    const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
    return {
      free: ids(free),
      busy: ids(busy),
      excluded: excluded.map(({ agent, code }) => `${agent} ${code}`),
    };
  };
  return { catalog, built, add, find, filter, check: () => checkQuery(catalog, full) };
}

const VERSIONS: readonly StubAgent[] = [
  { name: 'a', version: '1.0.0' },
  { name: 'a', version: '1.5.0' },
  { name: 'a', version: '2.0.0' },
  { name: 'b' },
];

describe('findCandidates', () => {
  it('finds the current releases, and sets those that stand by aside', () => {
    const { find } = setup(VERSIONS);
    expect(find()).toEqual({
      releases: ['a@2.0.0', 'b@1.0.0'],
      alternatives: [],
      aside: ['a@1.5.0 standby', 'a@1.0.0 standby'],
      contracts: 1,
    });
  });

  it('answers with the same set until the catalog changes', () => {
    const { catalog, add } = setup(VERSIONS);
    const query = { capability: 'echo', whenUnavailable: 'fail' } as const;
    const before = findCandidates(catalog, query);
    expect(findCandidates(catalog, query) === before).toBe(true);
    add({ name: 'c' });
    expect(findCandidates(catalog, query).releases).toHaveLength(3);
  });

  it('finds nobody for a capability that has gone', () => {
    const { catalog, built, find } = setup([{ name: 'a' }]);
    catalog.remove(built[0]!.release);
    expect(find()).toEqual({ releases: [], alternatives: [], aside: [], contracts: 0 });
  });

  it('finds the pinned release, and says of the others why they are not asked', () => {
    expect(setup(VERSIONS, { agent: 'a' }).find()).toMatchObject({
      releases: ['a@2.0.0'],
      aside: ['b@1.0.0 agent', 'a@1.5.0 standby', 'a@1.0.0 standby'],
    });
  });

  it('finds the highest release of a range, also one that stands by', () => {
    expect(setup(VERSIONS, { agent: 'a@^1.0.0' }).find()).toMatchObject({
      releases: ['a@1.5.0'],
      aside: ['a@2.0.0 agent', 'b@1.0.0 agent', 'a@1.0.0 standby'],
    });
  });

  it('finds the highest release of each agent in a range of versions', () => {
    expect(setup(VERSIONS, { versionRange: '^1.0.0' }).find()).toEqual({
      releases: ['a@1.5.0', 'b@1.0.0'],
      alternatives: [],
      aside: ['a@2.0.0 version', 'a@1.0.0 version'],
      contracts: 1,
    });
    expect(setup(VERSIONS, { versionRange: '^3.0.0' }).find().releases).toEqual([]);
  });

  it('keeps the other providers as alternatives where the task allows one', () => {
    const Wider = capability({ ...Echo, input: z.union([z.string(), z.number()]) });
    const agents = [{ name: 'a' }, { name: 'b', provides: [Wider] }];
    expect(setup(agents, { agent: 'a', whenUnavailable: 'alternative' }).find()).toEqual({
      releases: ['a@1.0.0'],
      alternatives: ['b@1.0.0'],
      aside: [],
      contracts: 2,
    });
  });

  it.each([
    ['alternative', { alternatives: ['b@1.0.0'], aside: [] }],
    ['fail', { alternatives: [], aside: ['b@1.0.0 agent'] }],
  ] as const)('finds nobody for a pinned agent that has gone, but others for "%s"', (policy, rest) => {
    const { catalog, built, find } = setup([{ name: 'a' }, { name: 'b' }], {
      agent: 'a',
      whenUnavailable: policy,
    });
    catalog.remove(built[0]!.release);
    expect(find()).toMatchObject({ releases: [], ...rest });
  });

  it('finds a pinned release of a capability that no current release provides', () => {
    const agents = [
      { name: 'a', version: '1.0.0' },
      { name: 'a', version: '2.0.0', provides: [Other] },
    ];
    expect(setup(agents, { agent: 'a@1' }).find()).toEqual({
      releases: ['a@1.0.0'],
      alternatives: [],
      aside: [],
      contracts: 1,
    });
  });
});

describe('filterCandidates', () => {
  const query = { agent: 'a', whenUnavailable: 'alternative' } as const;

  it('asks the alternatives only when the pinned agent can serve neither now nor later', () => {
    const { built, filter } = setup([{ name: 'a' }, { name: 'b' }], query);
    expect(filter()).toEqual({ free: ['a@1.0.0'], busy: [], excluded: [] });
    built[0]!.release.occupySlot();
    expect(filter()).toEqual({ free: [], busy: ['a@1.0.0'], excluded: [] });
    built[0]!.live.status = 'failed';
    expect(filter()).toEqual({ free: ['b@1.0.0'], busy: [], excluded: ['a status'] });
  });
});

describe('checkQuery', () => {
  it('accepts what somebody provides', () => {
    expect(setup(VERSIONS).check).not.toThrow();
    expect(setup(VERSIONS, { agent: 'a@1.0.0' }).check).not.toThrow();
  });

  it.each([
    [{ capability: 'ecko' }, 'CAPABILITY_UNKNOWN'],
    [{ agent: 'c' }, 'AGENT_UNKNOWN'],
    [{ agent: 'a@^3' }, 'AGENT_UNKNOWN'],
    [{ agent: 'a@latest!' }, 'VERSION_RANGE_INVALID'],
    [{ agent: 'a', capability: 'other' }, 'CAPABILITY_UNSUPPORTED'],
  ])('refuses %p with %s', (query, code) => {
    expect(setup([...VERSIONS, { name: 'd', provides: [Other] }], query).check).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
