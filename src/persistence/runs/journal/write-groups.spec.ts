import { SystemRandom } from '../../../common/index.js';
import { VirtualClock } from '../../../testing/virtual-clock.js';
import { DatabaseStatementError, DatabaseUnavailableError } from '../../sql/database.errors.js';
import { WriteGroups } from './write-groups.js';

/** Writes that a test lets through one by one. */
class Writes {
  readonly clock = new VirtualClock();
  readonly groups: { readonly members: readonly string[]; readonly isRetry: boolean }[] = [];
  readonly #answers: ((error?: Error) => void)[] = [];

  readonly under = (maxMembers: number): WriteGroups<string, string> =>
    new WriteGroups(
      (members: readonly string[], isRetry) => {
        this.groups.push({ members, isRetry });
        return new Promise((resolve, reject) => {
          this.#answers.push((error) =>
            error === undefined ? resolve(members.map((member) => `${member}!`)) : reject(error),
          );
        });
      },
      maxMembers,
      { clock: this.clock, random: new SystemRandom() },
    );

  /** Ends the write that has been under way longest. */
  async end(error?: Error): Promise<void> {
    await this.clock.advanceAsync(0);
    this.#answers.shift()!(error);
    await this.clock.advanceAsync(0);
  }

  get members(): string[] {
    return this.groups.map(({ members }) => members.join(''));
  }
}

const UNAVAILABLE = new DatabaseUnavailableError('a test');
const REFUSED = new DatabaseStatementError('a test', {}, undefined);

describe('WriteGroups', () => {
  it('writes together what is asked for in one turn, and then what came meanwhile', async () => {
    const writes = new Writes();
    const groups = writes.under(10);
    const first = [groups.add('a', 1), groups.add('b', 1)];
    await writes.clock.advanceAsync(0);
    const second = [groups.add('c', 1), groups.add('d', 1)];
    await writes.end();
    expect(await Promise.all(first)).toEqual(['a!', 'b!']);
    await writes.end();
    expect(await Promise.all(second)).toEqual(['c!', 'd!']);
    expect(writes.members).toEqual(['ab', 'cd']);
  });

  it('bounds a group by its members, and by their size', async () => {
    const writes = new Writes();
    const groups = writes.under(2);
    const all = [
      groups.add('a', 1),
      groups.add('b', 1),
      groups.add('c', 5_000_000),
      groups.add('d', 5_000_000),
    ];
    const big = groups.add('e', 20_000_000);
    for (let count = 0; count < 4; count++) await writes.end();
    await Promise.all([...all, big]);
    expect(writes.members).toEqual(['ab', 'c', 'd', 'e']);
  });

  it('writes again what was interrupted, and says so, before anything else', async () => {
    const writes = new Writes();
    const groups = writes.under(10);
    const first = groups.add('a', 1);
    await writes.end(UNAVAILABLE);
    const second = groups.add('b', 1);
    expect(writes.members).toEqual(['a']);
    await writes.clock.advanceAsync(1_000);
    await writes.end();
    expect(await first).toBe('a!');
    await writes.end();
    expect(await second).toBe('b!');
    expect(writes.groups).toEqual([
      { members: ['a'], isRetry: false },
      { members: ['a'], isRetry: true },
      { members: ['b'], isRetry: false },
    ]);
  });

  it('gives up after a minute, and goes on with the next', async () => {
    const writes = new Writes();
    const groups = writes.under(10);
    const first = groups.add('a', 1).catch((error: unknown) => error);
    await writes.clock.advanceAsync(0);
    for (const startedMs = writes.clock.monotonicMs(); writes.clock.monotonicMs() - startedMs <= 60_000;) {
      await writes.end(UNAVAILABLE);
      await writes.clock.advanceAsync(1_000);
    }
    await writes.end(UNAVAILABLE);
    expect(await first).toBe(UNAVAILABLE);
    const second = groups.add('b', 1);
    await writes.end();
    expect(await second).toBe('b!');
    expect(writes.clock.pendingTimers).toBe(0);
  });

  it('lets only the bad one of a group fail', async () => {
    const writes = new Writes();
    const groups = writes.under(10);
    const answers = Promise.allSettled(['a', 'b', 'c'].map((member) => groups.add(member, 1)));
    await writes.end(REFUSED);
    await writes.end();
    await writes.end(REFUSED);
    await writes.end();
    expect(await answers).toEqual([
      { status: 'fulfilled', value: 'a!' },
      { status: 'rejected', reason: REFUSED },
      { status: 'fulfilled', value: 'c!' },
    ]);
    expect(writes.members).toEqual(['abc', 'a', 'b', 'c']);
  });

  it('settles when nothing is under way', async () => {
    const writes = new Writes();
    const groups = writes.under(1);
    await groups.settle();
    const order: string[] = [];
    const all = [groups.add('a', 1), groups.add('b', 1)].map((answer) =>
      answer.then((text) => order.push(text)),
    );
    const settled = groups.settle().then(() => order.push('settled'));
    await writes.end();
    expect(order).toEqual(['a!']);
    await writes.end();
    await Promise.all([...all, settled]);
    expect(order).toEqual(['a!', 'b!', 'settled']);
  });
});
