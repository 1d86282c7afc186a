import { Turns } from './turns.js';

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('Turns', () => {
  it('runs work of one key one after the other, in the order it came', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const hold = gate();
    const first = turns.take('a', async () => {
      log.push('first starts');
      await hold.opened;
      log.push('first ends');
    });
    const second = turns.take('a', async () => void log.push('second'));
    const third = turns.take('a', async () => void log.push('third'));
    await turns.take('b', async () => void log.push('other key'));
    expect(log).toEqual(['first starts', 'other key']);
    hold.open();
    await Promise.all([first, second, third]);
    expect(log.slice(2)).toEqual(['first ends', 'second', 'third']);
  });

  it('hands on results and failures, and goes on after a failure', async () => {
    const turns = new Turns();
    const failing = turns.take('a', () => Promise.reject(new RangeError('broken')));
    const throwing = turns.take('a', () => {
      throw new RangeError('thrown');
    });
    const working = turns.take('a', async () => 42);
    await expect(failing).rejects.toThrow('broken');
    await expect(throwing).rejects.toThrow('thrown');
    await expect(working).resolves.toBe(42);
  });

  it('remembers no key once its work is done', async () => {
    const turns = new Turns();
    const work = [
      turns.take('a', async () => 1),
      turns.take('a', async () => 2),
      turns.take('b', async () => 3),
    ];
    expect(turns.busyKeys).toBe(2);
    await Promise.all(work);
    await turns.take('c', async () => 4);
    await Promise.resolve();
    expect(turns.busyKeys).toBe(0);
  });
});
