import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { DirectoryLock } from './directory-lock.js';
import { isAlive, ownIdentity } from './process-identity.js';

describe('DirectoryLock', () => {
  let directory: string;
  let clock: VirtualClock;
  const children: ChildProcess[] = [];
  const acquire = (onLost: () => void = () => {}): Promise<DirectoryLock> =>
    settle(DirectoryLock.acquire(directory, clock, onLost));
  /** Moves time on until a promise settles: all waiting is for the clock. */
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    const state = { isSettled: false };
    const settled = promise.finally(() => (state.isSettled = true));
    settled.catch(() => {});
    while (!state.isSettled) await clock.advanceAsync(100);
    return settled;
  };
  const writeLock = (content: object): void =>
    writeFileSync(join(directory, 'lock'), JSON.stringify(content));
  const readLock = (): unknown => JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'));
  /** Another process, which does nothing but live. */
  const startProcess = (): ChildProcess => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    children.push(child);
    return child;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cadre-lock-'));
    clock = new VirtualClock();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('keeps a second one out until it is released', async () => {
    const lock = await acquire();
    expect(readLock()).toMatchObject({ pid: process.pid });
    await expect(acquire()).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_IN_USE',
      kind: 'conflict',
      message: expect.stringContaining(`${directory} is in use by process ${process.pid}`),
      details: { directory, pid: process.pid },
    });
    lock.release();
    expect(existsSync(join(directory, 'lock'))).toBe(false);
    (await acquire()).release();
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps out while another process lives, and no longer when it was killed', async () => {
    const other = startProcess();
    const { host, space } = ownIdentity();
    writeLock({ id: 'other', pid: other.pid, host, space });
    await expect(acquire()).rejects.toMatchObject({ details: { pid: other.pid } });
    other.kill('SIGKILL');
    await once(other, 'exit');
    await acquire();
    expect(readLock()).toMatchObject({ pid: process.pid });
  });

  it('takes over when the pid of the holder is that of another process by now', async () => {
    const other = startProcess();
    writeLock({ ...ownIdentity(), id: 'other', pid: other.pid, start: 'another boot:1' });
    await acquire();
    expect(readLock()).toMatchObject({ pid: process.pid });
  });

  it('takes over from a process of the same pid that is gone', async () => {
    writeLock({ ...ownIdentity(), id: 'old', start: 'another boot:1' });
    await acquire();
    expect(readLock()).not.toMatchObject({ id: 'old' });
  });

  it('takes over from itself where it cannot tell processes of one pid apart, unless it holds the lock', async () => {
    const { start: _, ...identity } = ownIdentity();
    writeLock({ ...identity, id: 'old' });
    await acquire();
    await expect(acquire()).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' });
  });

  it.each(['{"id":', '', '[]', 'null', '{"id":7,"pid":1}'])(
    'takes over what is no lock: %j',
    async (content) => {
      writeFileSync(join(directory, 'lock'), content);
      await acquire();
      expect(readLock()).toMatchObject({ pid: process.pid });
    },
  );

  it('watches a holder that it cannot see for a heartbeat', async () => {
    writeLock({ ...ownIdentity(), id: 'far', host: 'elsewhere' });
    const refused = acquire();
    await clock.advanceAsync(5_000);
    utimesSync(join(directory, 'lock'), 1, 1);
    await expect(refused).rejects.toMatchObject({ details: { host: 'elsewhere' } });
    const startedMs = clock.monotonicMs();
    await acquire();
    expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(10_000);
  });

  it('shows that it lives', async () => {
    const lock = await acquire();
    writeLock({ ...(readLock() as object), host: 'as if elsewhere' });
    await expect(acquire()).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' });
    lock.release();
  });

  it.each(['replaced', 'removed'])('tells once when the lock was %s, and leaves it alone', async (how) => {
    let lost = 0;
    const lock = await acquire(() => (lost += 1));
    await clock.advanceAsync(10_000);
    expect(lost).toBe(0);
    if (how === 'removed') await rm(join(directory, 'lock'));
    else writeLock({ ...ownIdentity(), id: 'usurper' });
    await clock.advanceAsync(10_000);
    lock.release();
    expect(lost).toBe(1);
    expect(existsSync(join(directory, 'lock'))).toBe(how === 'replaced');
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets one of many that find a dead holder take over', async () => {
    writeLock({ ...ownIdentity(), id: 'dead', start: 'another boot:1' });
    const outcomes = await settle(
      Promise.allSettled(Array.from({ length: 8 }, () => DirectoryLock.acquire(directory, clock, () => {}))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('cannot tell whether a process of another host or space lives', () => {
    const own = ownIdentity();
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, host: 'elsewhere' })).toBeUndefined();
    expect(isAlive({ ...own, space: 'pid:[1]' })).toBeUndefined();
    expect(isAlive({ ...own, pid: 2 ** 22 + 1 })).toBe(false);
  });
});
