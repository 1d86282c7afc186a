import { setImmediate as nextTurn } from 'node:timers/promises';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { TurnEnd } from './turn-end.js';

/** A turn end whose waiters write down their names when they may go on. */
function observe() {
  const clock = new VirtualClock();
  const turnEnd = new TurnEnd(clock);
  const gone: string[] = [];
  const wait = (name: string): void => void turnEnd.wait().then(() => gone.push(name));
  return { clock, gone, wait };
}

/** Lets promises settle within the turn. */
async function settle(): Promise<void> {
  for (let hop = 0; hop < 5; hop += 1) await Promise.resolve();
}

describe('TurnEnd', () => {
  it('lets everybody go on at the end of the turn, in the order of their calls', async () => {
    const { gone, wait } = observe();
    wait('a');
    await settle();
    wait('b');
    await settle();
    expect(gone).toEqual([]);
    await nextTurn();
    expect(gone).toEqual(['a', 'b']);
  });

  it('lets everybody go on as soon as the turn has lasted longer than 2 ms', async () => {
    const { clock, gone, wait } = observe();
    wait('a');
    clock.advance(2);
    wait('b');
    await settle();
    expect(gone).toEqual([]);
    clock.advance(0.1);
    wait('c');
    await settle();
    expect(gone).toEqual(['a', 'b', 'c']);
  });

  it('begins anew after each turn', async () => {
    const { clock, gone, wait } = observe();
    wait('a');
    await nextTurn();
    clock.advance(10);
    wait('b');
    await settle();
    expect(gone).toEqual(['a']);
    await nextTurn();
    expect(gone).toEqual(['a', 'b']);
  });
});
