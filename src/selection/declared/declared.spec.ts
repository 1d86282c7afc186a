import { Inject, Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { AttemptObservation } from '../../metrics/index.js';
import { buildStub } from '../../testing/workflows/build-executor.js';
import { selectionRequest } from '../../testing/builders/selection-request.js';
import type { Candidate, Selection } from '../selection.types.js';
import { FirstStrategy } from '../strategies/first.strategy.js';
import { StrategyCatalog } from '../catalog/strategy-catalog.js';
import type { RanksCandidates } from '../strategy.js';
import { declareStrategies } from './declare-strategies.js';
import { toStrategy } from './declared-strategy.js';
import { SelectionStrategy } from './selection-strategy.decorator.js';
import { SelectionStrategyExplorer } from './selection-strategy.explorer.js';

@SelectionStrategy('newest')
class NewestStrategy implements RanksCandidates {
  select(candidates: readonly Candidate[]): Selection {
    return { index: candidates.length - 1, reason: 'registered last' };
  }
}

@SelectionStrategy('nth')
class NthStrategy implements RanksCandidates {
  constructor(@Inject('place') private readonly index: number) {}

  select(): Selection {
    return { index: this.index, reason: 'as told' };
  }
}

/** What an application with these providers is found to declare. */
async function explore(...providers: readonly Provider[]) {
  @Module({ imports: [DiscoveryModule], providers: [SelectionStrategyExplorer, ...providers] })
  class App {}
  const app = await Test.createTestingModule({ imports: [App] }).compile();
  await app.init();
  try {
    return app.get(SelectionStrategyExplorer).explore();
  } finally {
    await app.close();
  }
}

async function declare(...providers: readonly Provider[]): Promise<StrategyCatalog> {
  const catalog = new StrategyCatalog([new FirstStrategy()]);
  declareStrategies(await explore(...providers), catalog);
  return catalog;
}

const violationsOf = async (...providers: readonly Provider[]): Promise<unknown> => {
  try {
    await declare(...providers);
    return [];
  } catch (error) {
    return (error as { details: { violations: unknown } }).details.violations;
  }
};

const REQUEST = selectionRequest();
const { release } = buildStub({ name: 'a' });

describe('classes with @SelectionStrategy', () => {
  it('are found among providers of every kind, with what they need', async () => {
    class Plain {}
    const catalog = await declare(
      NewestStrategy,
      { provide: 'place', useValue: 3 },
      { provide: 'by factory', useFactory: (place: number) => new NthStrategy(place), inject: ['place'] },
      { provide: 'the same', useExisting: 'by factory' },
      { provide: 'nothing', useValue: Object.create(null) as object },
      Plain,
    );
    expect(catalog.names()).toEqual(['first', 'newest', 'nth']);
    expect(catalog.get('nth').select([release], REQUEST).index).toBe(3);
  });

  it('count on the class itself only, and for what stands in for it', async () => {
    class Heir extends NewestStrategy {}
    const fake = { select: () => ({ index: 0, reason: 'a fake' }) };
    expect(await explore(Heir)).toEqual([]);
    const catalog = await declare({ provide: NewestStrategy, useValue: fake });
    expect(catalog.get('newest').select([release], REQUEST).reason).toBe('a fake');
  });

  it('are refused at boot, all violations at once', async () => {
    @SelectionStrategy('Best One')
    class Misnamed extends NewestStrategy {}
    @SelectionStrategy('first')
    class Usurper extends NewestStrategy {}
    @SelectionStrategy('newest')
    class Twin extends NewestStrategy {}
    @SelectionStrategy('lame')
    class Lame {
      readonly select = undefined as never;
    }
    @Injectable({ scope: Scope.REQUEST })
    @SelectionStrategy('fleeting')
    class Fleeting extends NewestStrategy {}
    @Injectable({ scope: Scope.TRANSIENT })
    @SelectionStrategy('passing')
    class Passing extends NewestStrategy {}
    expect(await violationsOf(NewestStrategy, Misnamed, Usurper, Twin, Lame, Fleeting, Passing)).toEqual([
      expect.stringContaining('Misnamed: its name must be a snake_case or kebab-case word'),
      expect.stringContaining('Usurper: "first" is taken by Cadre\'s own strategies'),
      expect.stringContaining('Twin: "newest" is taken by NewestStrategy'),
      expect.stringContaining('Lame: it has no select(candidates, request)'),
      expect.stringContaining('Fleeting: it is made anew for each request'),
      expect.stringContaining('Passing: it is made anew for each request'),
    ]);
  });
});

describe('a strategy of the user', () => {
  const ranking = (select: RanksCandidates['select'], rest: Partial<RanksCandidates> = {}) =>
    toStrategy('mine', { select, ...rest });

  it.each([
    ['sort the candidates', (list: Candidate[]) => list.sort(() => 1)],
    ['drop a candidate', (list: Candidate[]) => list.pop()],
    ['load a candidate', ([candidate]: Candidate[]) => Object.assign(candidate!, { inFlight: 9 })],
    ['drain a candidate', ([candidate]: Candidate[]) => Object.assign(candidate!, { isDraining: true })],
    ['change its manifest', ([{ manifest }]: [Candidate]) => Object.assign(manifest, { name: 'b' })],
  ])('cannot %s', (_, change) => {
    const given = [release, buildStub({ name: 'b' }).release];
    const before = [...given];
    const strategy = ranking((candidates) => {
      change(candidates as never);
      return { index: 0, reason: '' };
    });
    expect(() => strategy.select(given, REQUEST)).toThrow(TypeError);
    expect(given).toEqual(before);
    expect([release.inFlight, release.isDraining, release.name]).toEqual([0, false, 'a']);
  });

  it('cannot change the request', () => {
    const strategy = ranking((_, request) => {
      Object.assign(request, { capability: 'other' });
      return { index: 0, reason: '' };
    });
    expect(() => strategy.select([release], selectionRequest())).toThrow(TypeError);
  });

  it('sees candidates as they are, by the same object each time', () => {
    const seen: Candidate[] = [];
    const look = (candidate: Candidate) => void seen.push(candidate);
    const strategy = ranking(([candidate]) => (look(candidate!), { index: 0, reason: '' }), {
      onChosen: look,
      onOutcome: look,
    });
    strategy.select([release], REQUEST);
    strategy.onChosen?.(release, REQUEST);
    strategy.onOutcome?.(release, REQUEST, {} as AttemptObservation);
    expect(new Set(seen).size).toBe(1);
    const { id, name, version, manifest, status, inFlight } = release;
    expect({ ...seen[0], name, version, status, inFlight }).toMatchObject({ id, manifest });
    const [view] = seen as [Candidate];
    expect([view.name, view.version, view.status, view.inFlight]).toEqual([name, version, status, inFlight]);
  });

  it('has its answer copied, and what is no evidence left out', () => {
    const scores = [1];
    const strategy = ranking(
      () => ({
        index: 0,
        reason: 7 as never,
        scores,
        seed: 'x' as never,
        evidence: [Number.NaN],
        propensities: [1],
      }),
      { replay: () => ({ index: 0, reason: 'again', seed: 4, evidence: [2] }) },
    );
    const answer = strategy.select([release], REQUEST);
    scores[0] = 2;
    expect(answer).toEqual({ index: 0, reason: '7', scores: [1], propensity: 1, propensities: [1] });
    expect(strategy.replay?.({ candidates: [], request: REQUEST })).toMatchObject({ seed: 4 });
    expect(ranking(() => ({ index: 0, reason: '' })).replay).toBeUndefined();
  });

  it('may answer with a promise, which is handed on to be refused', () => {
    const promise = Promise.resolve();
    expect(ranking(() => promise as never).select([release], REQUEST)).toBe(promise);
  });
});
