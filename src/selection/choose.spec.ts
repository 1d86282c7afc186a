import { buildStub } from '../testing/workflows/build-executor.js';
import { chooseAgain, chooseNobody, chooseRelease, teach } from './choose.js';
import { exclude, type FilterResult } from './filters/filter-releases.js';
import { Strategy } from './strategy.js';
import type { Selection } from './selection.types.js';
import { selectionRequest } from '../testing/builders/selection-request.js';

const REQUEST = selectionRequest();

class Scripted extends Strategy {
  readonly name = 'scripted';
  constructor(private readonly answer: () => Selection) {
    super();
  }
  select(): Selection {
    return this.answer();
  }
}

const answering = (answer: unknown) => new Scripted(() => answer as Selection);

function filtered(): FilterResult & { readonly free: FilterResult['free'] } {
  const [first, second, busy, out] = ['first', 'second', 'busy', 'out'].map(
    (name) => buildStub({ name }).release,
  );
  busy!.occupySlot();
  return { free: [first!, second!], busy: [busy!], excluded: [exclude(out!, 'status', 'is failed')] };
}

const aside = [exclude(buildStub({ name: 'old' }).release, 'standby', 'stands by')];

describe('chooseRelease', () => {
  it('names the chosen one, the candidates with their scores, and everybody who was excluded', () => {
    const strategy = answering({ index: 1, reason: 'looks best', scores: [0.25, 0.75] });
    const set = filtered();
    const { release, choice } = chooseRelease(strategy, set, REQUEST, aside);
    expect(release).toBe(set.free[1]);
    expect(JSON.parse(JSON.stringify(choice))).toEqual({
      strategy: 'scripted',
      chosen: { agent: 'second', version: '1.0.0' },
      reason: 'looks best',
      propensity: 1,
      candidates: [
        { agent: 'first', version: '1.0.0', inFlight: 0, maxConcurrentTasks: 1, score: 0.25 },
        { agent: 'second', version: '1.0.0', inFlight: 0, maxConcurrentTasks: 1, score: 0.75 },
      ],
      excluded: [
        { agent: 'out', version: '1.0.0', code: 'status', reason: 'is failed' },
        { agent: 'busy', version: '1.0.0', code: 'capacity', reason: 'all slots in use: 1 of 1' },
        { agent: 'old', version: '1.0.0', code: 'standby', reason: 'stands by' },
      ],
    });
  });

  it('tells the strategy the candidates and the request', () => {
    const set = filtered();
    const heard: unknown[] = [];
    class Hearing extends Scripted {
      override select(...args: unknown[]): Selection {
        heard.push(...args);
        return { index: 0, reason: '' };
      }
    }
    chooseRelease(new Hearing(() => ({ index: 0, reason: '' })), set, REQUEST);
    expect(heard).toEqual([set.free, REQUEST]);
  });

  it.each([
    ['a position out of range', { index: 2, reason: 'x' }],
    ['a negative position', { index: -1, reason: 'x' }],
    ['a position between two', { index: 0.5, reason: 'x' }],
    ['no number', { index: '1', reason: 'x' }],
  ])('takes the first candidate when the strategy answers with %s', (_, answer) => {
    const set = filtered();
    const { release, choice } = chooseRelease(answering(answer), set, REQUEST);
    expect(release).toBe(set.free[0]);
    expect(choice.reason).toBe(
      'the first one, as the strategy "scripted" answered with no position from 0 to 1',
    );
  });

  it.each([
    ['a promise', Promise.reject(new Error('later')), 'answered with a promise'],
    ['a score that is no number', { index: 1, reason: 'x', scores: [1, Number.NaN] }, 'gave scores'],
    ['a text for a score', { index: 1, reason: 'x', scores: ['1', 2] }, 'gave scores'],
    ['too few scores', { index: 1, reason: 'x', scores: [1] }, 'gave scores'],
    ['no probability', { index: 1, reason: 'x', propensity: 0 }, 'gave a propensity'],
    ['more than certainty', { index: 1, reason: 'x', propensity: 1.5 }, 'gave a propensity'],
  ])('takes the first candidate when the strategy gives %s, and says what is wrong', (_, answer, problem) => {
    const set = filtered();
    const chosen = chooseRelease(answering(answer), set, REQUEST);
    expect(chosen.release).toBe(set.free[0]);
    expect(chosen.problem).toContain(problem);
    expect(chosen.choice.reason).toContain(chosen.problem);
  });

  it('keeps how likely each was and what chance was drawn from, and leaves endless scores out', () => {
    const answer = {
      index: 1,
      reason: '',
      scores: [-Infinity, 1],
      propensity: 0.3,
      propensities: [0.7, 0.3],
    };
    const set = filtered();
    const given = answering({ ...answer, seed: 7, evidence: [5, 6] });
    const { choice, basis } = chooseRelease(given, set, REQUEST);
    expect(choice).toMatchObject({ propensity: 0.3, seed: 7 });
    expect(choice.candidates).toMatchObject([
      { propensity: 0.7, score: undefined },
      { propensity: 0.3, score: 1 },
    ]);
    expect(basis).toEqual({ kind: 'chosen', evidence: [5, 6] });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no data');
      },
      'failed: no data',
    ],
    ['answers nothing', () => undefined as never, 'failed: '],
  ])('takes the first candidate when the strategy %s', (_, answer, reason) => {
    const set = filtered();
    const { release, choice } = chooseRelease(new Scripted(answer), set, REQUEST);
    expect(release).toBe(set.free[0]);
    expect(choice.reason).toContain(`the first one, as the strategy "scripted" ${reason}`);
  });
});

describe('chooseAgain', () => {
  it('keeps the release without asking the strategy, and lists the others all the same', () => {
    const set = filtered();
    const strategy = new Scripted(() => {
      throw new Error('was asked');
    });
    const choice = chooseAgain(set.free[1]!, strategy, set);
    expect(choice).toMatchObject({ chosen: { agent: 'second' }, reason: 'is tried again' });
    expect(choice.candidates).toHaveLength(2);
    expect(choice.excluded).toHaveLength(2);
    expect(chooseAgain(set.free[1]!, strategy, set, aside).excluded).toHaveLength(3);
  });
});

describe('chooseNobody', () => {
  it('tells busy from absent', () => {
    const set = filtered();
    const strategy = answering(undefined);
    expect(chooseNobody(strategy, { ...set, free: [] }).reason).toBe('every candidate is busy');
    const none = chooseNobody(strategy, { free: [], busy: [], excluded: set.excluded });
    expect(none).toEqual({
      strategy: 'scripted',
      reason: 'no candidate is available',
      candidates: [],
      excluded: set.excluded,
    });
  });
});

describe('teach', () => {
  const [release] = filtered().free;
  const taught = (onChosen?: () => void) =>
    teach(Object.assign(answering(undefined), { onChosen }), release!, REQUEST);

  it('tells the strategy whom it has chosen', () => {
    const learned: unknown[] = [];
    teach(
      Object.assign(answering(undefined), { onChosen: (...args: unknown[]) => learned.push(...args) }),
      release!,
      REQUEST,
    );
    expect(learned).toEqual([release, REQUEST]);
  });

  it('lets a strategy have nothing to learn', () => {
    expect(() => taught()).not.toThrow();
  });

  it('answers what the strategy throws, and keeps to itself what it throws later', async () => {
    const problem = taught(() => {
      throw new Error('full');
    });
    expect(problem).toBe('failed to learn: full');
    taught(() => Promise.reject(new Error('later')) as never);
    // A rejection that nobody handles fails the test run by the next turn.
    await new Promise((resolve) => setImmediate(resolve));
  });
});
