import fc from 'fast-check';
import type { AttemptObservation } from '../../metrics/index.js';
import { evenly, mixOf, poisson, recorded } from './arrivals.js';
import { byInputType, changing } from './behavior.js';
import { constant, exponential, logNormal } from './distribution.js';
import { simulate, type Simulation } from './simulate.js';

/** Two agents that differ in everything, and tasks of two types. */
const mixed: Simulation = {
  agents: [
    {
      name: 'quick',
      slots: 2,
      behavior: { latencyMs: exponential(80), costUsd: logNormal(0.02), failureRatio: 0.2 },
    },
    { name: 'slow', slots: 4, behavior: { latencyMs: logNormal(300), costUsd: constant(0.001) } },
  ],
  arrivals: poisson(15),
  tasks: 200,
  inputs: mixOf({ invoice: 1, photo: 2 }),
};

const STRATEGIES = ['first', 'random', 'round-robin', 'least-loaded'];

describe('simulate', () => {
  it('runs every task through the executor: line, attempt, retry, fallback, cost', async () => {
    const { tasks } = await simulate({
      agents: [
        { name: 'broken', slots: 2, behavior: { latencyMs: constant(10), failureRatio: 1 } },
        { name: 'sound', slots: 2, behavior: { latencyMs: constant(100), costUsd: constant(0.5) } },
      ],
      arrivals: recorded([0, 5]),
      tasks: 10,
      options: { strategy: 'first' },
    });
    const rest = { inputType: 'task', status: 'succeeded', agent: 'sound', errorCode: undefined };
    expect(tasks).toEqual([
      { ...rest, number: 0, arrivedAtMs: 0, attempts: 2, responseMs: 110, queuedMs: 0, costUsd: 0.5 },
      { ...rest, number: 1, arrivedAtMs: 5, attempts: 2, responseMs: 110, queuedMs: 0, costUsd: 0.5 },
    ]);
  });

  it('gives the same tasks for the same seed, and others for another one', async () => {
    const seeds = fc.tuple(fc.integer(), fc.constantFrom(...STRATEGIES));
    await fc.assert(
      fc.asyncProperty(seeds, async ([seed, strategy]) => {
        const one = await simulate({ ...mixed, seed, options: { strategy } });
        const same = await simulate({ ...mixed, seed, options: { strategy } });
        const other = await simulate({ ...mixed, seed: seed ^ 1, options: { strategy } });
        expect(one).toEqual(same);
        expect(one).not.toEqual(other);
      }),
      { numRuns: 10 },
    );
  });

  it('gives a task the same luck with an agent, whoever had the tasks before', async () => {
    const pinned = { ...mixed, arrivals: evenly(60_000), options: { agent: 'quick', maxFallbacks: 0 } };
    const alone = await simulate(pinned);
    const among = await simulate({ ...pinned, options: { strategy: 'random', maxFallbacks: 0 } });
    const both = among.tasks.filter(({ agent }) => agent === 'quick');
    expect(both.length).toBeGreaterThan(50);
    for (const task of both) expect(task.responseMs).toBeCloseTo(alone.tasks[task.number]!.responseMs, 6);
  });

  it('lets agents behave by the input and change over time', async () => {
    const slow = { latencyMs: constant(50) };
    const fast = { latencyMs: constant(5) };
    const { tasks } = await simulate({
      agents: [
        { name: 'by-type', behavior: byInputType({ photo: slow }, fast) },
        { name: 'by-time', behavior: changing(fast, { fromTask: 4, behavior: slow }) },
        { name: 'by-size', behavior: ({ inputBytes }) => ({ latencyMs: constant(inputBytes) }) },
      ],
      arrivals: evenly(1_000),
      inputs: {
        types: ['photo', 'invoice'],
        next: (number) => ({ type: number % 2 ? 'photo' : 'invoice', bytes: 7 }),
      },
      tasks: 9,
      options: { strategy: 'round-robin' },
    });
    expect(tasks.map(({ responseMs }) => responseMs)).toEqual([5, 5, 7, 50, 50, 7, 5, 50, 7]);
  });

  it('makes tasks wait inside of an agent that takes more than it can do, and outside of one that does not', async () => {
    const behavior = { latencyMs: constant(100) };
    const run = (slots: number) =>
      simulate({
        agents: [{ name: 'a', slots, servers: 1, behavior }],
        arrivals: recorded([0, 0, 0]),
        tasks: 3,
      });
    const inside = await run(3);
    const outside = await run(1);
    expect(inside.tasks.map(({ responseMs }) => responseMs)).toEqual([100, 200, 300]);
    expect(outside.tasks.map(({ responseMs }) => responseMs)).toEqual([100, 200, 300]);
    expect(inside.tasks.map(({ queuedMs }) => queuedMs)).toEqual([0, 0, 0]);
    expect(outside.tasks.map(({ queuedMs }) => queuedMs)).toEqual([0, 100, 200]);
  });

  it('tells observers, and says why tasks failed', async () => {
    const seen: string[] = [];
    const onAttempt = ({ verdict }: AttemptObservation): void => void seen.push(verdict);
    const result = await simulate({
      agents: [{ name: 'a', behavior: { latencyMs: constant(1), failureRatio: 1 } }],
      arrivals: evenly(10),
      tasks: 1,
      observers: [{ onAttempt }],
      startAt: 0,
    });
    expect(seen).toEqual(['failed']);
    expect(result.tasks).toMatchObject([{ status: 'failed', errorCode: 'SIMULATED_FAILURE' }]);
  });

  it('refuses what cannot be simulated', async () => {
    const agent = { name: 'a', behavior: { latencyMs: constant(1) } };
    const run = (wrong: Partial<Simulation>) => () =>
      simulate({ agents: [agent], arrivals: evenly(1), tasks: 1, ...wrong });
    await expect(run({ tasks: 0 })).rejects.toMatchObject({ code: 'SIMULATION_INVALID' });
    await expect(run({ seed: 0.5 })).rejects.toThrow('seed of the simulation is 0.5');
    await expect(run({ agents: [{ ...agent, name: 'no name' }] })).rejects.toThrow('the agent "no name"');
    await expect(run({ agents: [{ ...agent, servers: 0 }] })).rejects.toThrow('servers of "a"');
    await expect(run({ options: { strategy: 'lucky' } })).rejects.toThrow('There is no selection strategy');
  });
});

describe('SimulationResult', () => {
  it('counts all of the tasks or some of them', async () => {
    const result = await simulate({
      agents: [
        { name: 'a', behavior: { latencyMs: constant(10), costUsd: constant(1) } },
        { name: 'b', behavior: { latencyMs: constant(30), failureRatio: 1 } },
      ],
      arrivals: evenly(100),
      tasks: 10,
      options: { strategy: 'round-robin', maxFallbacks: 0 },
    });
    expect(result.shareOf('a')).toBe(0.5);
    expect(result.successRatio).toBe(0.5);
    expect(result.meanResponseMs).toBe(20);
    expect(result.costUsd).toBe(5);
    expect([0, 0.5, 0.51, 1].map((ratio) => result.responseQuantileMs(ratio))).toEqual([10, 10, 30, 30]);
    expect(result.between(0, 1).shareOf('a')).toBe(1);
    expect(result.between(9).tasks).toHaveLength(1);
    expect(result.between(10).responseQuantileMs(0.5)).toBeNaN();
  });
});
