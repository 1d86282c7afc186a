import { jest } from '@jest/globals';
import { MAX_TIMER_MS, SystemClock } from './clock.js';

describe('SystemClock', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('tells the wall time and a time that only moves forwards', () => {
    const clock = new SystemClock();
    const start = clock.monotonicMs();
    jest.advanceTimersByTime(250);
    expect(clock.now()).toBe(1_250);
    expect(clock.monotonicMs() - start).toBe(250);
  });

  it('calls once, when the delay is over', () => {
    let calls = 0;
    new SystemClock().schedule(10, () => (calls += 1));
    jest.advanceTimersByTime(9);
    expect(calls).toBe(0);
    jest.advanceTimersByTime(100);
    expect(calls).toBe(1);
  });

  it('does not call after it is canceled, once or twice', () => {
    const cancel = new SystemClock().schedule(10, () => {
      throw new RangeError('called');
    });
    cancel();
    cancel();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('clamps delays, so that a very long one does not fire at once', () => {
    const called: string[] = [];
    new SystemClock().schedule(Number.MAX_VALUE, () => called.push('long'));
    new SystemClock().schedule(-5, () => called.push('negative'));
    jest.advanceTimersByTime(0);
    expect(called).toEqual(['negative']);
    jest.advanceTimersByTime(MAX_TIMER_MS);
    expect(called).toEqual(['negative', 'long']);
  });

  it('resolves a delay and forgets the signal', async () => {
    const controller = new AbortController();
    const delay = new SystemClock().delay(10, controller.signal);
    jest.advanceTimersByTime(10);
    await expect(delay).resolves.toBeUndefined();
    controller.abort();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('resolves a delay without a signal', async () => {
    const delay = new SystemClock().delay(10);
    jest.advanceTimersByTime(10);
    await expect(delay).resolves.toBeUndefined();
  });

  it('rejects an aborted delay with the reason and leaves no timer behind', async () => {
    const controller = new AbortController();
    const delay = new SystemClock().delay(10, controller.signal);
    expect(jest.getTimerCount()).toBe(1);
    controller.abort(new RangeError('enough'));
    await expect(delay).rejects.toThrow(new RangeError('enough'));
    expect(jest.getTimerCount()).toBe(0);
  });

  it('starts no timer when the signal is aborted before', async () => {
    const delay = new SystemClock().delay(10, AbortSignal.abort(new RangeError('too late')));
    expect(jest.getTimerCount()).toBe(0);
    await expect(delay).rejects.toThrow('too late');
  });
});
