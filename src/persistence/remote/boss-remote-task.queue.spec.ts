import { SystemClock } from '../../common/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { describeRemoteTaskQueue, remoteTask } from '../../testing/contracts/remote-task-queue.contract.js';
import { MemoryRemoteTaskQueue } from '../../testing/workflows/memory-remote-task.queue.js';
import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import type { QueueNews } from '../../workflows/index.js';
import { openDatabase } from '../open-database.js';
import { BossRemoteTaskQueue } from './boss-remote-task.queue.js';

describe('BossRemoteTaskQueue', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['nodes'],
    (database) => {
      const opened: BossRemoteTaskQueue[] = [];
      const createQueues = async () => {
        const [one, other = one] = await database.emptied();
        const queues = [one, other].map((each) => new BossRemoteTaskQueue(each, testParts()));
        for (const queue of queues) await queue.open();
        opened.push(...queues);
        return [queues[0]!, queues[1]!] as const;
      };
      afterEach(async () => {
        for (const queue of opened.splice(0)) await queue.close();
      });

      describeRemoteTaskQueue(createQueues);

      it('refuses demands that are longer than the name of a queue', async () => {
        const [queue] = await createQueues();
        const tags = Array.from({ length: 1_000 }, (_, index) => `tag ${index}`);
        const task = remoteTask({ demand: { capability: 'write', tags } });
        await expect(queue.send(task)).rejects.toMatchObject({ code: 'TASK_OPTION_INVALID' });
      });

      it('tells its node to look around when something may have been missed', async () => {
        const [session] = await database.emptied();
        const [queue] = await createQueues();
        const heard = new Promise<QueueNews>((resolve) => queue.onNews(resolve));
        await session.notify('cadre_tasks', '');
        expect(await heard).toBeUndefined();
      });

      it('refuses tasks while it is closed', async () => {
        const [session] = await database.emptied();
        const queue = new BossRemoteTaskQueue(session, testParts());
        await expect(queue.send(remoteTask())).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
        await queue.close();
      });
    },
  );
});

describe('MemoryRemoteTaskQueue', () => {
  describeRemoteTaskQueue(async () => {
    const one = new MemoryRemoteTaskQueue(new SystemClock());
    return [one, new MemoryRemoteTaskQueue(new SystemClock(), one.shared)];
  });

  it('hands a task out again once its heartbeat is over', async () => {
    const clock = new VirtualClock();
    const queue = new MemoryRemoteTaskQueue(clock);
    const task = remoteTask();
    await queue.send(task);
    const [first] = await queue.take(task.demand, 1);
    clock.advance(9_999);
    expect(await queue.take(task.demand, 1)).toEqual([]);
    clock.advance(1);
    expect(await queue.take(task.demand, 1)).toHaveLength(1);
    expect(await queue.keep([first!])).toEqual([first]);
  });
});
