import { newId } from '../../common/index.js';
import type { Demand } from '../../registry/index.js';
import type { QueueNews, RemoteTask, RemoteTaskQueue } from '../../workflows/index.js';

/** A task of a run of its own, for a capability of its own. */
export function remoteTask(changes: Partial<RemoteTask> = {}): RemoteTask {
  return {
    runId: newId(),
    key: 'write',
    name: 'write@0.1',
    demand: { capability: `write-${newId()}` },
    input: 'text',
    idempotencyKey: 'key',
    outputs: [],
    ...changes,
  };
}

/**
 * What every {@link RemoteTaskQueue} must do; what becomes of a task whose node dies is left to specs of nodes.
 *
 * @param createQueues makes an open queue, and a second view of the same, as another node has it
 */
export function describeRemoteTaskQueue(
  createQueues: () => Promise<readonly [queue: RemoteTaskQueue, other: RemoteTaskQueue]>,
): void {
  describe('as a queue of remote tasks', () => {
    const queuesWith = async (...tasks: readonly RemoteTask[]) => {
      const [one, other] = await createQueues();
      for (const task of tasks) await one.send(task);
      return { one, other };
    };
    const namesIn = async (queue: RemoteTaskQueue, demand: Demand, limit = 10): Promise<string[]> =>
      (await queue.take(demand, limit)).map(({ task }) => task.name).toSorted();

    it('gives a task as it was sent, to one node', async () => {
      const odd = '"\\ \u0000 \ud800 é \u{1f600}';
      const task = remoteTask({
        input: { [odd]: [odd, null, 1.5] },
        outputs: [{ stepId: 'above', type: 'json', value: odd }],
        timeoutMs: 1_000,
        whenUnavailable: 'queue',
      });
      const { one, other } = await queuesWith(task);
      const taken = await Promise.all([one.take(task.demand, 10), other.take(task.demand, 10)]);
      expect(taken.flat().map((each) => each.task)).toEqual([task]);
    });

    it('sends a task once, whatever has become of it since', async () => {
      const task = remoteTask();
      const { one, other } = await queuesWith(task, task);
      const [taken] = await other.take(task.demand, 10);
      await one.send(task);
      expect(await namesIn(one, task.demand)).toEqual([]);
      await other.finish(taken!);
      await one.send(task);
      expect(await namesIn(one, task.demand)).toEqual([]);
    });

    it('tells tasks apart by run and by name', async () => {
      const task = remoteTask();
      const { one } = await queuesWith(task, { ...task, name: 'write@0.2' }, { ...task, runId: newId() });
      expect(await namesIn(one, task.demand)).toEqual(['write@0.1', 'write@0.1', 'write@0.2']);
    });

    it('gives no more than is asked for, the oldest first', async () => {
      const task = remoteTask();
      const { one, other } = await queuesWith(task, { ...task, name: 'second' }, { ...task, name: 'third' });
      expect(await namesIn(one, task.demand, 2)).toEqual(['second', 'write@0.1']);
      expect(await namesIn(other, task.demand, 2)).toEqual(['third']);
    });

    it('keeps demands apart, and knows them', async () => {
      const { capability } = remoteTask().demand;
      const demands: Demand[] = [
        { capability },
        { capability, agent: 'ada@^1.0.0' },
        { capability, region: 'eu' },
        { capability, tags: ['fine', 'fast'] },
      ];
      const { one, other } = await queuesWith(
        ...demands.map((demand, index) => remoteTask({ demand, name: `${index}` })),
      );
      for (const [index, demand] of demands.entries()) {
        expect(await namesIn(other, demand, 1)).toEqual([`${index}`]);
      }
      await one.send(remoteTask({ demand: { capability, tags: ['fast', 'fine'] }, name: 'sorted' }));
      expect(await namesIn(one, { capability, tags: ['fine', 'fast'] })).toEqual(['sorted']);
      const known = (await other.demands()).filter((demand) => demand.capability === capability);
      expect(known).toHaveLength(4);
      for (const demand of known) expect(await namesIn(other, demand)).toEqual([]);
    });

    it('gives a task that was handed back to another node', async () => {
      const task = remoteTask();
      const { one, other } = await queuesWith(task);
      const [first] = await one.take(task.demand, 1);
      expect(await one.keep([first!])).toEqual([]);
      await one.handBack(first!);
      expect(await one.keep([first!])).toEqual([first]);
      const [second] = await other.take(task.demand, 1);
      expect(second!.attempt).toBeGreaterThan(first!.attempt);
      // It is another's now: whatever this one does comes too late.
      await one.finish(first!);
      await one.handBack(first!);
      expect(await other.keep([second!])).toEqual([]);
      expect(await one.keep([first!])).toEqual([first]);
    });

    it('forgets tasks that nobody needs any more, taken or not', async () => {
      const task = remoteTask();
      const { one, other } = await queuesWith(task, { ...task, name: 'second' });
      const [taken] = await other.take(task.demand, 1);
      await one.withdraw(task.runId, task.demand, ['write@0.1', 'second', 'never-sent']);
      await one.withdraw(task.runId, { capability: 'never_sent' }, ['second']);
      expect(await other.keep([taken!])).toEqual([taken]);
      expect(await namesIn(other, task.demand)).toEqual([]);
    });

    it('keeps tasks with several demands at once', async () => {
      const tasks = [remoteTask(), remoteTask()];
      const { one } = await queuesWith(...tasks);
      const taken = (await Promise.all(tasks.map(({ demand }) => one.take(demand, 1)))).flat();
      expect(await one.keep(taken)).toEqual([]);
      expect(await one.keep([])).toEqual([]);
    });

    it('tells other nodes what was sent, handed back and withdrawn', async () => {
      const { one, other } = await queuesWith();
      let onNews = (_: QueueNews): void => {};
      const cancel = other.onNews((news) => onNews(news));
      const nextNews = async (act: () => Promise<void>): Promise<QueueNews> => {
        const heard = new Promise<QueueNews>((resolve) => (onNews = resolve));
        await act();
        return heard;
      };
      const task = remoteTask();
      expect(await nextNews(() => one.send(task))).toEqual({ sent: task.demand });
      const [taken] = await one.take(task.demand, 1);
      expect(await nextNews(() => one.handBack(taken!))).toEqual({ sent: task.demand });
      const withdrawn = nextNews(() => one.withdraw(task.runId, task.demand, [task.name]));
      expect(await withdrawn).toEqual({ withdrawn: true });
      cancel();
    });
  });
}
