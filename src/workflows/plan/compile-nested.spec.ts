import { compile, problemsOf } from '../../testing/setups/compiled-plan.js';

describe('workflows within workflows', () => {
  const using = (name: string, ...references: string[]) => ({
    name,
    steps: references.map((workflow) => ({ workflow })),
  });
  const leaf = { name: 'leaf', steps: [{ capability: 'x' }] };

  it('must be there, by a range that is one', () => {
    expect(problemsOf(using('main', 'leef', 'leaf@newest', 'constructor'), { leaf })).toEqual([
      '$.steps[0].workflow WORKFLOW_UNKNOWN',
      '$.steps[1].workflow VERSION_RANGE_INVALID',
      '$.steps[2].workflow WORKFLOW_UNKNOWN',
    ]);
    expect(() => compile(using('main', 'leef'), { leaf })).toThrow(
      'there is no workflow "leef". Did you mean "leaf"?',
    );
  });

  it('may not call themselves, directly or through others', () => {
    expect(problemsOf(using('main', 'main'), { main: using('main', 'main') })).toEqual([
      '$.steps[0].workflow WORKFLOW_RECURSIVE',
    ]);
    const nested = { a: using('a', 'b'), b: using('b', 'a') };
    expect(() => compile(using('main', 'a'), nested)).toThrow(
      '$.steps[0].workflow: in a@1.0.0 at $.steps[0].workflow: in b@1.0.0 at $.steps[0].workflow: calls itself: a → b → a',
    );
  });

  it('may call an older version of themselves by its range', () => {
    const main = { ...using('main', 'main@^1.0.0'), version: '2.0.0' };
    expect(problemsOf(main, { 'main@^1.0.0': { ...leaf, name: 'main' } })).toEqual([]);
    expect(problemsOf(main, { 'main@^1.0.0': using('main', 'main@^2.0.0') })).toEqual([
      '$.steps[0].workflow WORKFLOW_RECURSIVE',
    ]);
  });

  it('may nest 20 deep, and no deeper', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, at) => [
          `w${at}`,
          at === length - 1 ? { ...leaf, name: `w${at}` } : using(`w${at}`, `w${at + 1}`),
        ]),
      );
    expect(problemsOf(using('main', 'w0'), chain(20))).toEqual([]);
    expect(problemsOf(using('main', 'w0'), chain(21))).toEqual(['$.steps[0].workflow NESTING_TOO_DEEP']);
    // Known already when it is found to be too deep.
    expect(problemsOf(using('main', 'w5', 'w0'), chain(22))).toEqual([
      '$.steps[1].workflow NESTING_TOO_DEEP',
    ]);
  });

  it('may have 1 000 steps in all, counted each time that they are run', () => {
    const ten = { name: 'ten', steps: Array.from({ length: 10 }, () => ({ capability: 'x' })) };
    const hundred = using('hundred', ...Array.from({ length: 9 }, () => 'ten'));
    const nine = Array.from({ length: 9 }, () => 'hundred');
    expect(problemsOf(using('main', ...nine), { ten, hundred })).toEqual([]);
    expect(problemsOf(using('main', ...nine, 'hundred', 'hundred'), { ten, hundred })).toEqual([
      '$.steps[9].workflow TOO_MANY_STEPS',
    ]);
  });

  it('do not multiply the work of compiling them', () => {
    const nested = Object.fromEntries(
      Array.from({ length: 18 }, (_, at) => [
        `w${at}`,
        at === 17 ? { ...leaf, name: 'w17' } : using(`w${at}`, `w${at + 1}`, `w${at + 1}`, `w${at + 1}`),
      ]),
    );
    const problems = problemsOf(using('main', 'w0'), nested);
    expect(problems.length).toBeGreaterThan(0);
    expect(new Set(problems)).toEqual(new Set(['$.steps[0].workflow TOO_MANY_STEPS']));
  });

  it('are told of once, also where two workflows run the same', () => {
    const nested = { one: using('one', 'bad'), two: using('two', 'bad'), bad: { name: 'bad', steps: [] } };
    expect(problemsOf(using('main', 'one', 'two'), nested)).toEqual(['$.steps[0].workflow NO_STEPS']);
  });

  it('are told of at the step that runs them, each once', () => {
    const broken = { name: 'broken', steps: [{ capability: 'x', input: '${ oops }' }, { sleep: 'long' }] };
    expect(problemsOf(using('main', 'broken', 'broken'), { broken })).toEqual([
      '$.steps[0].workflow REFERENCE_UNKNOWN',
      '$.steps[0].workflow DURATION_INVALID',
    ]);
  });
});
