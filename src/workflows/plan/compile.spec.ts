import fc from 'fast-check';
import { compile, stepsOf, problemsOf } from '../../testing/setups/compiled-plan.js';

describe('the steps of a plan', () => {
  it('follow the one above, unless they say whom', () => {
    const steps = stepsOf([
      { id: 'a', capability: 'x' },
      { id: 'b', capability: 'x' },
      { id: 'c', capability: 'x', after: [] },
      { id: 'd', capability: 'x', input: 1, after: ['b', 'c', 'b'] },
      { id: 'e', capability: 'x', after: ['a'] },
    ]);
    expect(steps.map(({ predecessors }) => predecessors)).toEqual([[], [0], [], [1, 2], [0]]);
    expect(steps.map(({ dependents }) => dependents)).toEqual([[1, 4], [3], [3], [], []]);
    expect(steps.map(({ above }) => above)).toEqual([-1, 0, -1, -1, 0]);
  });

  it('take what is above a sleep, which makes nothing', () => {
    const steps = stepsOf([
      { sleep: '1s' },
      { capability: 'x' },
      { sleep: '1s' },
      { sleep: '1s' },
      { capability: 'x' },
    ]);
    expect(steps.map(({ above }) => above)).toEqual([-1, -1, 1, 1, 1]);
  });

  it('have predecessors and dependents that are inverse, and an order, for any graph without circles', () => {
    const graph = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(graph, (wishes) => {
        const steps = stepsOf(
          wishes.map((wanted, index) => ({
            id: `s${index}`,
            signal: 'go',
            after: index === 0 ? [] : wanted.map((wish) => `s${wish % index}`),
          })),
        );
        for (const { index, predecessors } of steps) {
          for (const before of predecessors) {
            expect(before).toBeLessThan(index);
            expect(steps[before]?.dependents).toContain(index);
          }
        }
        const links = steps.reduce((sum, { predecessors }) => sum + predecessors.length, 0);
        expect(steps.reduce((sum, { dependents }) => sum + dependents.length, 0)).toBe(links);
      }),
    );
  });

  it('are told of steps they cannot follow', () => {
    expect(problemsOf({ steps: [{ id: 'draft', capability: 'x', after: ['drafts'] }] })).toEqual([
      '$.steps[0].after[0] STEP_UNKNOWN',
    ]);
    expect(problemsOf({ steps: [{ id: 'a', capability: 'x', after: ['a'] }] })).toEqual([
      '$.steps[0].after CYCLE',
    ]);
  });

  it('are told the circle that they go round in', () => {
    const steps = [
      { id: 'a', capability: 'x', after: ['c'] },
      { id: 'b', capability: 'x' },
      { id: 'c', capability: 'x' },
    ];
    expect(() => compile({ steps })).toThrow(
      '$.steps[0].after: goes round in a circle: a → b → c → a; take one of these out of after (CYCLE)',
    );
    const long = Array.from({ length: 30 }, (_, index) => ({
      id: `s${index}`,
      capability: 'x',
      ...(index === 0 && { after: ['s29'] }),
    }));
    expect(() => compile({ steps: long })).toThrow(/s8 → s9 → … → s0;/);
  });
});

describe('references to other steps', () => {
  const steps = [
    { id: 'a', capability: 'x' },
    { id: 'b', capability: 'x', after: [] },
    { id: 'c', capability: 'x', after: ['a'] },
  ];

  it('may go to any step that is certain to have ended, however far above', () => {
    const far = [...steps, { id: 'd', capability: 'x', input: '${ steps.a.output }', after: ['c'] }];
    expect(problemsOf({ steps: far })).toEqual([]);
  });

  it('may not go to one that runs beside, or later', () => {
    const early = [
      ...steps,
      { id: 'd', capability: 'x', input: { p: { q: 'see ${ steps.b.output }' } }, after: ['c'] },
    ];
    expect(problemsOf({ steps: early })).toEqual(['$.steps[3].input.p.q STEP_NOT_BEFORE']);
    const late = [{ id: 'z', capability: 'x', input: '${ steps.a.output }', after: [] }, ...steps];
    expect(problemsOf({ steps: late })).toEqual(['$.steps[0].input STEP_NOT_BEFORE']);
  });

  it('are not judged where nothing is certain', () => {
    const lost = [...steps, { id: 'd', capability: 'x', input: '${ steps.b.output }', after: ['nobody'] }];
    expect(problemsOf({ steps: lost })).toEqual(['$.steps[3].after[0] STEP_UNKNOWN']);
  });

  it('may go to any step in the output of the workflow', () => {
    expect(problemsOf({ steps, output: ['${ steps.a.output }', '${ steps.b.output }'] })).toEqual([]);
    expect(problemsOf({ steps, output: '${ steps.x.output }' })).toEqual(['$.output REFERENCE_UNKNOWN']);
  });
});

describe('a plan', () => {
  it('knows the workflow', () => {
    const plan = compile({
      version: '2.0.0',
      input: {
        topic: 'query',
        tone: { type: 'tone', default: 'dry' },
        more: { type: 'json', optional: true },
      },
      output: '${ input.tone }',
      timeout: '1d',
      priority: 7,
      durability: 'memory',
    });
    expect(plan).toMatchObject({
      name: 'main',
      version: '2.0.0',
      inputDefaults: { tone: 'dry' },
      output: { wholeInputMember: 'tone' },
      timeoutMs: 86_400_000,
      priority: 7,
      durability: 'memory',
    });
    expect(compile({})).toMatchObject({ version: '1.0.0', inputDefaults: {}, priority: 0 });
  });

  it('knows which members its input has', () => {
    const input = { topic: 'query' };
    expect(problemsOf({ input, output: '${ input.topik }' })).toEqual(['$.output REFERENCE_UNKNOWN']);
    expect(problemsOf({ output: '${ input.topik }' })).toEqual([]);
  });

  it('does not take a member that is wrong for one that is not there', () => {
    expect(problemsOf({ input: { topic: 7 }, output: '${ input.topic }' })).toEqual([
      '$.input.topic WRONG_TYPE',
    ]);
  });

  it('holds the plans of those that it runs, each once', () => {
    const inner = { name: 'inner', steps: [{ capability: 'x' }] };
    const steps = [
      { workflow: 'inner@^1.0.0' },
      { workflow: 'inner@^1.0.0' },
      { compensate: { workflow: 'inner' }, sleep: '1s' },
    ];
    const [first, second, third] = compile({ steps }, { 'inner@^1.0.0': inner, inner }).steps;
    expect(first?.action).toMatchObject({
      kind: 'workflow',
      reference: 'inner@^1.0.0',
      plan: { name: 'inner' },
    });
    const plans = [first, second].map((step) => (step!.action as { plan: unknown }).plan);
    expect(plans[0]).toBe(plans[1]);
    expect(third?.compensate).toMatchObject({
      kind: 'workflow',
      reference: 'inner',
      plan: { name: 'inner' },
    });
  });
});
