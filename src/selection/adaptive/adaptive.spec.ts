import fc from 'fast-check';
import { spellOut } from '../made-choice.js';
import { SeededRandom } from '../../common/index.js';
import { PerformanceBook, resolveMetricsOptions, type AttemptObservation } from '../../metrics/index.js';
import type { Release } from '../../registry/index.js';
import { observationOf } from '../../testing/builders/observations.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import { selectionRequest } from '../../testing/builders/selection-request.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { resolveObjective } from '../strategies/objective.js';
import { AdaptiveStrategy } from './adaptive.strategy.js';
import { ContextDepth, Contexts } from './contexts.js';
import { drawChoice, EVIDENCE_NAMES, normalBelow, propensityOf } from './drawn-choice.js';

const REQUEST = selectionRequest({ capability: 'writing' });
const DAY_MS = 86_400_000;

/** A strategy over a book that knows nothing, and releases with what they declare. */
function setUp(...declared: readonly object[]) {
  const clock = new VirtualClock();
  const book = new PerformanceBook(clock, resolveMetricsOptions());
  const random = new SeededRandom(3);
  const strategy = new AdaptiveStrategy({ clock, book, random, objective: resolveObjective() });
  const candidates = declared.map((estimates, at) => {
    const capabilities = [{ capability: 'writing', ...estimates }];
    return buildRelease({ name: `writer-${at}`, capabilities }).release;
  });
  const learn = (
    release: Release,
    changes: Partial<AttemptObservation> = {},
    count = 1,
    request = REQUEST,
  ) => {
    for (let done = 0; done < count; done += 1) {
      strategy.onOutcome(release, request, observationOf({ release, ...changes }));
    }
  };
  /** What is believed of each: one object by the names of the evidence. */
  const beliefs = (request = REQUEST) => {
    // Of one alone nothing is asked; the second of itself changes nothing.
    const asked = candidates.length > 1 ? candidates : [...candidates, ...candidates];
    const { evidence = [] } = strategy.select(asked, request);
    return candidates.map((_, at) => {
      const own = EVIDENCE_NAMES.map((name, place) => [name, evidence[EVIDENCE_NAMES.length * at + place]!]);
      return Object.fromEntries(own) as Record<(typeof EVIDENCE_NAMES)[number], number>;
    });
  };
  return { clock, book, strategy, candidates, learn, beliefs };
}

describe('adaptive', () => {
  it('believes nothing of an untried agent, and what is declared until there is more', () => {
    const { beliefs } = setUp(
      {},
      { estimatedDurationMs: 200, estimatedCostUsd: 0.02, estimatedSuccessRatio: 0.9 },
    );
    const [unknown, declared] = beliefs();
    expect(unknown).toMatchObject({ successRatio: 0.5, durationMs: declared!.durationMs });
    expect(declared!.successRatio).toBeGreaterThan(0.7);
    expect(declared!.durationMs).toBeCloseTo(200, 0);
    expect(declared!.costUsd).toBe(0.02);
    expect(unknown!.deviation).toBeGreaterThan(1.5 * declared!.deviation);
  });

  it('comes to believe what it sees', () => {
    const { candidates, learn, beliefs } = setUp({});
    for (let round = 0; round < 10; round += 1) {
      learn(candidates[0]!, { durationMs: 400, costUsd: 0.03 }, 9);
      learn(candidates[0]!, { verdict: 'failed', durationMs: 5, costUsd: 0.03 }, 1);
    }
    const [belief] = beliefs();
    expect(Math.abs(belief!.successRatio - 0.9)).toBeLessThan(0.06);
    expect(belief!.durationMs).toBeCloseTo(400, -1);
    expect(belief!.costUsd).toBeCloseTo(0.03);
    expect(belief!.deviation).toBeLessThan(0.05);
  });

  it('begins with what was measured before the process started, of which it is not too sure', () => {
    const { book, candidates, beliefs } = setUp({});
    const release = candidates[0]!;
    for (let done = 0; done < 500; done += 1)
      book.onAttempt(observationOf({ release, durationMs: 250, costUsd: 0.01 }));
    const [belief] = beliefs();
    expect(belief!.successRatio).toBeGreaterThan(0.9);
    expect(belief!.durationMs).toBeCloseTo(250, -1);
    expect(belief!.deviation).toBeGreaterThan(0.02);
  });

  it('doubts again what it has not seen for a day', () => {
    const { clock, candidates, learn, beliefs } = setUp({});
    learn(candidates[0]!, {}, 100);
    const [before] = beliefs();
    clock.advance(5 * DAY_MS);
    const [after] = beliefs();
    expect(after!.deviation).toBeGreaterThan(5 * before!.deviation);
    clock.jumpTo(0);
    expect(beliefs()[0]).toEqual(after);
  });

  it('learns nothing from attempts that are excused, nor from figures that cannot be', () => {
    const { candidates, learn, beliefs } = setUp({});
    const before = beliefs();
    const wrong: Partial<AttemptObservation>[] = [
      { verdict: 'excused' },
      { durationMs: Number.NaN },
      { durationMs: -1 },
      { costUsd: Number.NaN },
      { costUsd: -1 },
      { costUsd: Infinity },
    ];
    for (const changes of wrong) learn(candidates[0]!, changes);
    expect(beliefs()).toEqual(before);
  });

  it('stays in its bounds whatever agents report', () => {
    const amount = fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true });
    const outcome = fc.record({
      durationMs: amount,
      costUsd: amount,
      verdict: fc.constantFrom('succeeded', 'failed'),
      at: fc.double(),
    });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 30 }), (outcomes) => {
        const { strategy, candidates, learn } = setUp({}, {});
        for (const [at, { at: _, ...changes }] of outcomes.entries()) learn(candidates[at % 2]!, changes);
        const { index, scores, propensity, evidence } = spellOut(strategy.select(candidates, REQUEST));
        expect(candidates[index]).toBeDefined();
        for (const number of [...scores!, ...evidence!]) expect(number).not.toBeNaN();
        expect(propensity).toBeGreaterThan(0);
        expect(propensity).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('goes by finer contexts once they have shown to tell more', () => {
    const { candidates, learn, beliefs } = setUp({});
    const letter = { ...REQUEST, inputType: 'letter' };
    const photo = { ...REQUEST, inputType: 'photo' };
    for (let round = 0; round < 50; round += 1) {
      learn(candidates[0]!, {}, 1, letter);
      learn(candidates[0]!, { verdict: 'failed' }, 1, photo);
    }
    expect(beliefs(letter)[0]!.successRatio).toBeGreaterThan(0.85);
    expect(beliefs(photo)[0]!.successRatio).toBeLessThan(0.15);
    const unseen = beliefs({ ...REQUEST, inputType: 'sound' })[0]!;
    expect(Math.abs(unseen.successRatio - 0.5)).toBeLessThan(0.15);
  });

  /** Attempts of an agent, each begun with so many under way, which made each take that much longer or not. */
  function load(
    { clock, learn }: ReturnType<typeof setUp>,
    release: Release,
    durationMs: (inFlight: number) => number,
    requestUnder: (inFlight: number) => typeof REQUEST = () => REQUEST,
  ): void {
    for (let round = 0; round < 60; round += 1) {
      const inFlight = round % 6;
      learn(release, { durationMs: durationMs(inFlight), inFlight }, 1, requestUnder(inFlight));
      clock.advance(1_000);
    }
  }

  it('expects of an agent that lets tasks wait that the next one waits for those under way', () => {
    const set = setUp({}, {});
    const [queuing, elastic] = set.candidates as [Release, Release];
    load(set, queuing, (inFlight) => 100 * (inFlight + 1));
    load(set, elastic, () => 300);
    const expected = (): number[] => set.beliefs().map(({ durationMs }) => Math.round(durationMs / 50) * 50);
    expect(expected()).toEqual([100, 300]);
    for (const release of set.candidates) for (let task = 0; task < 7; task += 1) release.occupySlot();
    expect(expected()).toEqual([800, 300]);
  });

  it('does not hold the load that one type of input met against that type', () => {
    const set = setUp({});
    const requestUnder = (inFlight: number) => ({ ...REQUEST, inputType: inFlight > 2 ? 'photo' : 'letter' });
    load(set, set.candidates[0]!, (inFlight) => 100 * (inFlight + 1), requestUnder);
    for (const inputType of ['letter', 'photo']) {
      expect(Math.abs(set.beliefs({ ...REQUEST, inputType })[0]!.durationMs - 100)).toBeLessThan(20);
    }
  });

  it('draws nothing where there is nothing to choose', () => {
    const { candidates, strategy } = setUp({});
    const selection = strategy.select(candidates, REQUEST);
    expect(selection).toEqual({ index: 0, reason: 'the only one that can take it' });
    const { id: agent, version } = candidates[0]!;
    const recorded = { agent, version, inFlight: 0, maxConcurrentTasks: 1 };
    expect(strategy.replay({ candidates: [recorded], request: REQUEST })).toEqual(selection);
  });

  it('believes at once what it has learned, in every context that it had asked for', () => {
    const { candidates, learn, beliefs } = setUp({});
    const contexts = Array.from({ length: 40 }, (_, at) => ({ ...REQUEST, inputType: `type-${at}` }));
    const before = contexts.map((request) => beliefs(request)[0]!.successRatio);
    learn(candidates[0]!, { verdict: 'failed' }, 3);
    const after = contexts.map((request) => beliefs(request)[0]!.successRatio);
    expect(after.every((ratio, at) => ratio < before[at]! - 0.2)).toBe(true);
  });

  it('keeps a bounded number of contexts', () => {
    const { candidates, learn, beliefs } = setUp({});
    for (let type = 0; type < 700; type += 1) {
      learn(candidates[0]!, {}, 1, { ...REQUEST, inputType: `type-${type}` });
    }
    expect(beliefs({ ...REQUEST, inputType: 'type-1' })[0]!.successRatio).toBeGreaterThan(0.9);
  });
});

describe('contexts', () => {
  it('go from the capability to the type, the size and the hour', () => {
    const request = selectionRequest({
      inputType: 'text',
      inputBytes: 5_000,
      at: Date.UTC(2030, 0, 1, 17, 59),
    });
    const contexts = new Contexts();
    const [all, type, size, hour] = contexts.of(request, 4);
    expect(contexts.of(request, 1)).toEqual([all]);
    const others: readonly (readonly [keyof typeof request, unknown, number])[] = [
      // The first level from which on the contexts are others.
      ['inputType', undefined, 1],
      ['inputType', 'image', 1],
      ['inputBytes', 20_000, 2],
      ['inputBytes', 0, 2],
      ['at', request.at + 60_000, 3],
      ['at', -1, 3],
    ];
    for (const [field, value, level] of others) {
      const other = contexts.of({ ...request, [field]: value }, 4);
      expect(other.slice(0, level)).toEqual([all, type, size, hour].slice(0, level));
      for (let at = level; at < 4; at += 1) expect(other[at]).not.toBe([all, type, size, hour][at]);
    }
    // Four times as large makes another size, 7 % more does not; nor do some minutes make another hour.
    expect(contexts.of({ ...request, inputBytes: 5_350, at: request.at - 3_000_000 }, 4)).toEqual(
      contexts.of(request, 4),
    );
  });

  it('are told apart whatever they are', () => {
    const text = fc.constantFrom(undefined, '', 'a', 'b', 'c');
    const bytes = fc.double({ min: 0, noNaN: true });
    const hours = fc.integer({ min: 0, max: 23 });
    const contexts = new Contexts();
    const seen = new Map<number, string>();
    fc.assert(
      fc.property(text, bytes, hours, (inputType, inputBytes, hour) => {
        const request = selectionRequest({ inputType, inputBytes, at: hour * 3_600_000 });
        const size = Math.floor(Math.log2(Math.max(inputBytes, 1)) / 2);
        const names = [
          '',
          [inputType],
          [inputType, Math.min(size, 62)],
          [inputType, Math.min(size, 62), hour],
        ];
        for (const [level, context] of contexts.of(request, 4).entries()) {
          const name = JSON.stringify(names[level], (_, part: unknown) => part ?? 'none');
          expect(seen.get(context) ?? name).toBe(name);
          seen.set(context, name);
        }
      }),
    );
  });

  it('get finer by a margin, and coarser again when that was chance', () => {
    const depth = new ContextDepth();
    expect(depth.level).toBe(0);
    depth.judge(1, 100);
    expect(depth.level).toBe(0);
    depth.judge(1, 1);
    expect(depth.level).toBe(1);
    for (let done = 0; done < 4; done += 1) depth.judge(1, -0.5);
    expect(depth.level).toBe(0);
  });
});

describe('a drawn choice', () => {
  const one = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0.01, max: 0.5, noNaN: true }),
  );
  const evidenceOf = (candidates: readonly (readonly [value: number, deviation: number])[]): number[] =>
    candidates.flatMap(([value, deviation]) => [0.5, 100, 0.01, value, deviation]);

  it('is the same for the same evidence and seed', () => {
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 9 }), fc.nat(), (candidates, seed) => {
        const evidence = evidenceOf(candidates);
        expect(spellOut(drawChoice(evidence, seed))).toEqual(spellOut(drawChoice([...evidence], seed)));
      }),
    );
  });

  it('says the probabilities with which it draws: they sum to 1', () => {
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 9 }), (candidates) => {
        const evidence = evidenceOf(candidates);
        const sum = candidates.reduce((total, _, at) => total + propensityOf(evidence, at), 0);
        expect(Math.abs(sum - 1)).toBeLessThan(0.01);
      }),
    );
  });

  it('draws each as often as it says', () => {
    const evidence = evidenceOf([
      [0.7, 0.05],
      [0.6, 0.2],
      [0.65, 0.1],
    ]);
    const counts = [0, 0, 0];
    const rounds = 20_000;
    for (let seed = 0; seed < rounds; seed += 1) counts[drawChoice(evidence, 7_919 * seed).index]! += 1;
    for (const [at, count] of counts.entries()) {
      const propensity = propensityOf(evidence, at);
      const deviation = Math.sqrt(rounds * propensity * (1 - propensity));
      expect(Math.abs(count - rounds * propensity)).toBeLessThan(5 * deviation);
    }
  });

  it('knows the normal distribution to six digits', () => {
    const known: readonly (readonly [number, number])[] = [
      [0, 0.5],
      [1, 0.8413447],
      [-1.959964, 0.025],
      [7, 1],
      [-7, 0],
    ];
    for (const [z, expected] of known) expect(normalBelow(z)).toBeCloseTo(expected, 6);
  });
});
