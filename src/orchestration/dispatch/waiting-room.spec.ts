import { VirtualClock } from '../../testing/virtual-clock.js';
import { WaitingRoom } from './waiting-room.js';

function open(maxWaiting = 10) {
  const clock = new VirtualClock();
  const room = new WaitingRoom(clock, maxWaiting);
  const log: string[] = [];
  /** Names who may leave when asked. */
  const free = new Set<string>();
  const wait = (name: string, capability = 'echo', signal?: AbortSignal): Promise<void> =>
    room
      .wait(
        capability,
        () => {
          log.push(`${name}?`);
          return free.has(name);
        },
        { timeoutMs: 100, onTimeout: () => new Error('waited too long'), signal },
      )
      .then(
        () => void log.push(`${name} left`),
        (error: Error) => void log.push(`${name}: ${error.message}`),
      );
  return { clock, room, log, free, wait };
}

describe('WaitingRoom', () => {
  it('asks in the order of arrival, and lets everybody go who can', async () => {
    const { clock, room, log, free, wait } = open();
    const waits = ['a', 'b', 'c'].map((name) => wait(name));
    expect(room.waitingFor('echo')).toBe(3);
    free.add('a').add('c');
    room.wake(['echo']);
    expect(log).toEqual(['a?', 'b?', 'c?']);
    expect(room.waitingFor('echo')).toBe(1);
    free.add('b');
    room.wakeAll();
    await Promise.all(waits);
    expect(log.slice(3)).toEqual(['b?', 'a left', 'c left', 'b left']);
    expect([room.waitingFor('echo'), clock.pendingTimers]).toEqual([0, 0]);
  });

  it('asks nobody further once there is nothing left to give', () => {
    const { room, log, free, wait } = open();
    for (const name of ['a', 'b', 'c']) void wait(name);
    for (const name of ['a', 'b', 'c']) free.add(name);
    let slots = 2;
    room.wake(['echo'], () => slots-- > 0);
    expect(log).toEqual(['a?', 'b?']);
    expect(room.waitingFor('echo')).toBe(1);
  });

  it('mixes the lines of several capabilities by arrival', () => {
    const { room, log, wait } = open();
    const arrivals = [
      ['a', 'echo'],
      ['b', 'sing'],
      ['c', 'sing'],
      ['d', 'echo'],
      ['e', 'paint'],
      ['f', 'sing'],
    ] as const;
    for (const [name, capability] of arrivals) void wait(name, capability);
    room.wake(['sing', 'echo', 'nobody-waits-for-this']);
    expect(log).toEqual(['a?', 'b?', 'c?', 'd?', 'f?']);
  });

  it('gives the place up at the deadline', async () => {
    const { clock, room, log, wait } = open();
    const waiting = wait('a');
    clock.advance(100);
    await waiting;
    room.wakeAll();
    expect(log).toEqual(['a: waited too long']);
    expect([room.waitingFor('echo'), clock.pendingTimers]).toEqual([0, 0]);
  });

  it('gives the place up on an abort, and takes none when it is aborted already', async () => {
    const { clock, room, log, wait } = open();
    const controller = new AbortController();
    const waiting = wait('a', 'echo', controller.signal);
    controller.abort(new Error('canceled'));
    await waiting;
    await wait('b', 'echo', controller.signal);
    expect(log).toEqual(['a: canceled', 'b: canceled']);
    expect([room.waitingFor('echo'), clock.pendingTimers]).toEqual([0, 0]);
  });

  it('takes so many for one capability and no more', async () => {
    const { room, wait } = open(2);
    void wait('a');
    void wait('b');
    void wait('c', 'sing');
    await expect(
      room.wait('echo', () => false, { timeoutMs: 1, onTimeout: () => new Error() }),
    ).rejects.toMatchObject({ code: 'QUEUE_FULL', details: { capability: 'echo', limit: 2 } });
  });

  it('rejects whose own question fails, and asks the others', async () => {
    const { clock, room, log, free, wait } = open();
    const limits = { timeoutMs: 100, onTimeout: () => new Error('late') };
    const failing = room.wait(
      'echo',
      () => {
        throw new Error('cannot tell');
      },
      limits,
    );
    const waiting = wait('b');
    free.add('b');
    room.wakeAll();
    await expect(failing).rejects.toThrow('cannot tell');
    await waiting;
    expect(log).toEqual(['b?', 'b left']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not ask somebody who left while another one was asked', async () => {
    const { room, log, wait } = open();
    const controller = new AbortController();
    const limits = { timeoutMs: 100, onTimeout: () => new Error('late') };
    void room.wait(
      'echo',
      () => {
        controller.abort(new Error('canceled'));
        return false;
      },
      limits,
    );
    const others = [wait('b', 'echo', controller.signal), wait('c', 'sing', controller.signal)];
    room.wakeAll();
    await Promise.all(others);
    expect(log).toEqual(['b: canceled', 'c: canceled']);
  });

  it('rejects a task whose own question aborts it, whatever the answer', async () => {
    const { clock, room } = open();
    const controller = new AbortController();
    const waiting = room.wait(
      'echo',
      () => {
        controller.abort(new Error('canceled'));
        return true;
      },
      { timeoutMs: 100, onTimeout: () => new Error('late'), signal: controller.signal },
    );
    room.wakeAll();
    await expect(waiting).rejects.toThrow('canceled');
    expect([room.waitingFor('echo'), clock.pendingTimers]).toEqual([0, 0]);
  });
});
