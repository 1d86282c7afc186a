import { lintWorkflow } from './lint.js';

const codesOf = (source: unknown) => lintWorkflow(source).map(({ path, code }) => `${path} ${code}`);

describe('lintWorkflow', () => {
  it('flags agents that are pinned by name, wherever', () => {
    const steps = [
      { capability: 'a' },
      { agent: 'writer' },
      { capability: 'a', onError: { fallback: { agent: 'writer@^1.0.0' } } },
      {
        capability: 'a',
        onError: { fallback: { workflow: 'b' } },
        compensate: { agent: 'writer', capability: 'undo' },
      },
    ];
    expect(codesOf(steps)).toEqual([
      '$[1].agent AGENT_PINNED',
      '$[2].onError.fallback.agent AGENT_PINNED',
      '$[3].compensate.agent AGENT_PINNED',
    ]);
    expect(lintWorkflow({ name: 'a', steps })[0]).toMatchObject({
      path: '$.steps[1].agent',
      message: expect.stringContaining('pins the step to "writer"'),
    });
  });

  it('flags waits that may never end', () => {
    const steps = [
      { approval: { message: 'Go?' } },
      { signal: 'paid' },
      { signal: { name: 'paid' } },
      { signal: { name: 'paid', timeout: '1d' } },
      { approval: { message: 'Go?' }, timeout: '1d' },
    ];
    expect(codesOf(steps)).toEqual([
      '$[0].approval WAIT_UNBOUNDED',
      '$[1].signal WAIT_UNBOUNDED',
      '$[2].signal WAIT_UNBOUNDED',
    ]);
    expect(codesOf({ name: 'a', timeout: '2d', steps })).toEqual([]);
  });

  it('says nothing of what cannot be read', () => {
    expect(codesOf(7)).toEqual([]);
    expect(codesOf([7, { agent: 7 }, {}])).toEqual([]);
  });
});
