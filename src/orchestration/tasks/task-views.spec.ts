import { z } from 'zod';
import { capability, type TaskContext } from '../../agents/index.js';
import { Strategy, type Selection } from '../../selection/index.js';
import { Echo, hanging, NOTHING_LEFT, setup } from '../../testing/workflows/build-executor.js';
import { TaskProgressed } from '../orchestration.events.js';
import type { TaskResult } from './task.types.js';

describe('progress', () => {
  const telling = async (_: never, task: TaskContext): Promise<string> => {
    task.reportProgress({ message: 'half', doneRatio: 0.5 });
    return 'done';
  };

  it('reaches the caller and the subscribers, with the attempt it comes from', async () => {
    const { run, events } = setup([{ name: 'a', handle: telling }]);
    const heard: unknown[] = [];
    events.subscribe(TaskProgressed, (progress) => void heard.push(progress));
    const result = (await run({ onProgress: (progress) => void heard.push(progress) })) as TaskResult;
    const progress = { taskId: result.taskId, attempt: 1, agent: 'a', message: 'half', doneRatio: 0.5 };
    expect(heard).toEqual([progress, progress]);
  });

  it.each([
    [
      'throws',
      (): void => {
        throw new Error('full');
      },
    ],
    ['rejects', (): Promise<void> => Promise.reject(new Error('full'))],
  ])('does not fail the task when the callback %s', async (_, onProgress) => {
    const { run, clock, logger } = setup([{ name: 'a', handle: telling }]);
    expect(await run({ onProgress })).toMatchObject({ status: 'succeeded' });
    await clock.advanceAsync(0);
    expect(logger.lines).toEqual(['warn an onProgress callback failed']);
  });
});

describe('choose', () => {
  it('says who would be chosen, and takes nothing', async () => {
    const { executor, leftovers } = setup([{ name: 'a' }, { name: 'b' }, { name: 'c', region: 'eu-west' }]);
    for (let round = 0; round < 2; round += 1) {
      expect(await executor.choose('echo', { strategy: 'round-robin' })).toMatchObject({
        chosen: { agent: 'a' },
        candidates: [{}, {}, {}],
        excluded: [],
      });
    }
    expect(await executor.choose('echo', { region: 'eu-west' })).toMatchObject({
      chosen: { agent: 'c' },
      excluded: [{ code: 'region' }, { code: 'region' }],
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('says why nobody would be', async () => {
    const { executor } = setup([{ name: 'a', status: 'failed' }]);
    const choice = await executor.choose('echo');
    expect(choice.chosen).toBeUndefined();
    expect(choice).toMatchObject({ reason: 'no candidate is available', excluded: [{ code: 'status' }] });
  });

  it('holds an input against the contracts when there is one', async () => {
    const Numbers = capability({ ...Echo, input: z.union([z.string(), z.number()]) });
    const { executor } = setup([{ name: 'a' }, { name: 'b', provides: [Numbers] }]);
    expect(await executor.choose('echo', undefined, 7)).toMatchObject({
      chosen: { agent: 'b' },
      excluded: [{ agent: 'a', code: 'input' }],
    });
    await expect(executor.choose('echo', undefined, true)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(executor.choose('echo', { strategy: 'frist' })).rejects.toMatchObject({
      code: 'STRATEGY_UNKNOWN',
    });
  });

  it('waits for a schema no longer than a task would', async () => {
    const Stuck = capability({ ...Echo, input: z.string().refine(hanging) });
    const { executor, clock } = setup([{ name: 'a', provides: [Stuck] }]);
    const choice = executor.choose('echo', { timeoutMs: 100 }, 'hi').catch((error: unknown) => error);
    await clock.advanceAsync(100);
    expect(await choice).toMatchObject({ code: 'TASK_TIMEOUT' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a strategy of the user', () => {
  class Broken extends Strategy {
    readonly name = 'broken';
    select(): Selection {
      throw new Error('no data');
    }
    override onChosen(): void {
      throw new Error('no space');
    }
  }

  it('that throws stops no task, and the choice says so', async () => {
    const { run, leftovers } = setup([{ name: 'a' }, { name: 'b' }], { strategies: [new Broken()] });
    expect(await run({ strategy: 'broken' })).toMatchObject({
      status: 'succeeded',
      agent: 'a',
      choice: { reason: 'the first one, as the strategy "broken" failed: no data' },
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });
});
