import { z } from 'zod';
import { capability, dataType, RunContext, type Contract, type Match } from '../../agents/index.js';
import { Catalog } from '../../registry/index.js';
import { buildStub, Echo, type StubAgent } from '../../testing/workflows/build-executor.js';
import { excludeBusy, filterReleases, type Requirements } from './filter-releases.js';

const Profile = dataType('profile', z.object({ name: z.string() }));
const Advise = capability({
  name: 'advise',
  description: 'Gives advice.',
  input: z.string(),
  output: z.string(),
  requiredContext: [Profile],
});

const NEEDS: Requirements = { capability: 'echo', context: RunContext.EMPTY };

function filterOne(
  stub: Omit<StubAgent, 'name'>,
  needs: Partial<Requirements> = {},
  others: StubAgent[] = [],
) {
  const catalog = new Catalog();
  for (const other of others) catalog.add(buildStub(other).release);
  const { release } = buildStub({ name: 'agent', ...stub });
  catalog.add(release);
  return { release, result: filterReleases([release], { ...NEEDS, ...needs }, catalog) };
}

const reasonFor = (...args: Parameters<typeof filterOne>) => filterOne(...args).result.excluded[0];

describe('filterReleases', () => {
  it('sorts releases into free, busy and excluded', () => {
    const [free, busy, off] = [
      buildStub({ name: 'free' }).release,
      buildStub({ name: 'busy' }).release,
      buildStub({ name: 'off', status: 'inactive' }).release,
    ];
    busy.occupySlot();
    const result = filterReleases([free, busy, off], NEEDS, new Catalog());
    expect(result).toEqual({
      free: [free],
      busy: [busy],
      excluded: [{ agent: 'off', version: '1.0.0', code: 'status', reason: 'is inactive' }],
    });
    expect(excludeBusy(busy)).toEqual({
      agent: 'busy',
      version: '1.0.0',
      code: 'capacity',
      reason: 'all slots in use: 1 of 1',
    });
  });

  it.each(['inactive', 'maintenance', 'failed'] as const)('excludes a release that is %s', (status) => {
    expect(reasonFor({ status })).toMatchObject({ code: 'status', reason: `is ${status}` });
  });

  it('excludes a release whose instances here are unwell', () => {
    const { release } = filterOne({});
    release.isUnwell = true;
    const { excluded } = filterReleases([release], NEEDS, new Catalog());
    expect(excluded).toMatchObject([{ code: 'health', reason: 'failed too many health checks here' }]);
  });

  it('excludes a release from the capability that something stands in the way of, and from no other', () => {
    const { release } = filterOne({});
    release.obstacles = new Map([['echo', { code: 'breaker', reason: 'its circuit is open' }]]);
    const { excluded } = filterReleases([release], NEEDS, new Catalog());
    expect(excluded).toMatchObject([{ code: 'breaker', reason: 'its circuit is open' }]);
    release.obstacles = new Map([['other', { code: 'ejected', reason: 'is ejected' }]]);
    expect(filterReleases([release], NEEDS, new Catalog()).free).toEqual([release]);
  });

  it('excludes a release that is about to leave', () => {
    const { release } = filterOne({});
    release.isDraining = true;
    const { excluded } = filterReleases([release], NEEDS, new Catalog());
    expect(excluded).toMatchObject([{ code: 'draining', reason: 'is about to be unregistered' }]);
  });

  it('excludes a release that failed the task already, before anything else', () => {
    const { release } = filterOne({ status: 'failed' });
    const { excluded } = filterReleases([release], { ...NEEDS, tried: new Set([release]) }, new Catalog());
    expect(excluded).toMatchObject([{ code: 'tried', reason: 'failed this task already' }]);
  });

  it('excludes whoever lies outside of the places that the task must not leave', () => {
    const residency = ['eu', 'ch'];
    expect(reasonFor({ region: 'eu-west' }, { residency })).toBeUndefined();
    expect(reasonFor({ region: 'us-east' }, { residency })).toMatchObject({
      code: 'residency',
      reason: 'runs in us-east; the task must not leave eu, ch',
    });
    expect(reasonFor({}, { residency })).toMatchObject({
      reason: 'runs in no region; the task must not leave eu, ch',
    });
  });

  it('excludes other regions, and none at all', () => {
    const region = 'eu-west';
    expect(reasonFor({ region: 'us-east' }, { region })).toMatchObject({
      code: 'region',
      reason: 'runs in us-east, not in eu-west',
    });
    expect(reasonFor({}, { region })).toMatchObject({ reason: 'runs in no region, not in eu-west' });
    expect(reasonFor({ region }, { region })).toBeUndefined();
  });

  it('wants every tag', () => {
    const tags = ['fast', 'cheap'];
    expect(reasonFor({ tags: ['fast'] }, { tags })).toMatchObject({
      code: 'tag',
      reason: 'has no tag "cheap"',
    });
    expect(reasonFor({ tags: ['cheap', 'fast', 'new'] }, { tags })).toBeUndefined();
  });

  it('excludes a release whose dependency cannot serve', () => {
    const dependencies = ['helper'];
    expect(reasonFor({ dependencies })).toMatchObject({
      code: 'dependency',
      reason: 'depends on helper, which is not available',
    });
    expect(reasonFor({ dependencies }, {}, [{ name: 'helper', status: 'failed' }])).toBeDefined();
    expect(reasonFor({ dependencies }, {}, [{ name: 'helper' }])).toBeUndefined();
  });

  it('excludes a release whose required context is missing', () => {
    const needs = { capability: 'advise' };
    expect(reasonFor({ provides: [Advise] }, needs)).toMatchObject({
      code: 'context',
      reason: 'needs a profile in the context',
    });
    const context = RunContext.of({ profile: { name: 'Ada' } });
    expect(reasonFor({ provides: [Advise] }, { ...needs, context })).toBeUndefined();
  });

  it('excludes a release whose contract the input does not fit', () => {
    const withMatch = (match: Match) => new Map<Contract, Match>([[Echo.contract, match]]);
    const issues = [{ path: '$.text', message: 'is too long' }];
    expect(reasonFor({}, { matches: withMatch({ ok: false, issues }) })).toMatchObject({
      code: 'input',
      reason: 'does not take this input: $.text is too long',
    });
    expect(reasonFor({}, { matches: withMatch({ ok: false, issues: [] }) })).toMatchObject({
      reason: 'does not take this input: $ does not fit',
    });
    expect(reasonFor({}, { matches: withMatch({ ok: true, type: 'text', value: 'x' }) })).toBeUndefined();
    expect(reasonFor({}, { matches: new Map() })).toBeUndefined();
  });

  it('asks nothing of a release that does not know the capability but what everybody must meet', () => {
    expect(reasonFor({}, { capability: 'unknown' })).toBeUndefined();
  });
});
