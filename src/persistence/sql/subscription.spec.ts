import { SeededRandom } from '../../common/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { Database } from './database.js';
import { Listeners } from './listeners.js';
import { Subscription } from './subscription.js';

describe('Subscription', () => {
  const setUp = () => {
    const clock = new VirtualClock();
    const logger = new RecordingLogger();
    const listeners = new Listeners(logger);
    const state = { isAway: false };
    const listen = async (channel: string, listener: (payload: string) => void) => {
      await clock.delay(10);
      if (state.isAway) throw new TypeError('away');
      return listeners.add(channel, listener);
    };
    const heard: string[] = [];
    const subscribe = () =>
      new Subscription(
        { listen } as unknown as Database,
        { clock, logger, random: new SeededRandom(1) },
        'news',
        (payload) => void heard.push(payload),
      );
    return { clock, logger, listeners, state, heard, subscribe };
  };

  it('tells to look once it listens, and then what comes', async () => {
    const { clock, listeners, heard, subscribe } = setUp();
    const subscription = subscribe();
    await clock.advanceAsync(10);
    await subscription.attempted;
    listeners.call('news', 'a');
    expect(heard).toEqual(['', 'a']);
    subscription.cancel();
    expect(listeners.isEmpty).toBe(true);
  });

  it('tries each second until the database is there', async () => {
    const { clock, logger, listeners, state, heard, subscribe } = setUp();
    state.isAway = true;
    const subscription = subscribe();
    await clock.advanceAsync(10);
    await subscription.attempted;
    await clock.advanceAsync(2_000);
    expect(logger.lines).toEqual(Array(2).fill('warn cannot listen to the database yet'));
    state.isAway = false;
    await clock.advanceAsync(1_000);
    expect(heard).toEqual(['']);
    expect(listeners.has('news')).toBe(true);
  });

  it.each([true, false])('leaves nothing behind when it is canceled meanwhile (away: %s)', async (isAway) => {
    const { clock, listeners, state, heard, subscribe } = setUp();
    state.isAway = isAway;
    const subscription = subscribe();
    subscription.cancel();
    await clock.advanceAsync(10);
    expect([listeners.isEmpty, heard, clock.pendingTimers]).toEqual([true, [], 0]);
  });

  it('stops to try when it is canceled', async () => {
    const { clock, state, subscribe } = setUp();
    state.isAway = true;
    const subscription = subscribe();
    await clock.advanceAsync(10);
    subscription.cancel();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('Listeners', () => {
  it('calls all, and logs one that throws', () => {
    const logger = new RecordingLogger();
    const listeners = new Listeners(logger);
    const heard: string[] = [];
    listeners.add('news', () => {
      throw new TypeError('broken');
    });
    const stop = listeners.add('news', (payload) => {
      heard.push(payload);
      stop();
    });
    listeners.callAll('x');
    listeners.call('news', 'y');
    listeners.call('nothing', 'z');
    expect(heard).toEqual(['x']);
    expect(logger.lines).toEqual(Array(2).fill('error a listener of the database failed'));
  });
});
