import { ChildSignal } from './child-signal.js';

describe('ChildSignal', () => {
  it('aborts with its parent, and for the same reason', () => {
    const parent = new AbortController();
    const child = new ChildSignal(parent.signal);
    expect([child.aborted, child.reason]).toEqual([false, undefined]);
    parent.abort('enough');
    expect([child.aborted, child.reason]).toEqual([true, 'enough']);
    expect(new ChildSignal(child).reason).toBe('enough');
  });

  it('aborts alone, once, and tells each listener once', () => {
    const parent = new ChildSignal();
    const child = new ChildSignal(parent);
    const heard: unknown[] = [];
    const gone = (): void => void heard.push('gone');
    child.addEventListener('abort', () => heard.push(child.reason));
    child.addEventListener('abort', gone);
    child.removeEventListener('abort', gone);
    child.abort('first');
    child.abort('second');
    parent.abort('third');
    expect(heard).toEqual(['first']);
    expect(child.reason).toBe('first');
  });

  it('tells a listener once that comes again when one before it has gone', () => {
    const signal = new ChildSignal();
    const heard: string[] = [];
    const first = (): void => void heard.push('first');
    const second = (): void => void heard.push('second');
    for (const listener of [first, second, second]) signal.addEventListener('abort', listener);
    signal.removeEventListener('abort', first);
    signal.addEventListener('abort', second);
    signal.abort('enough');
    expect(heard).toEqual(['second']);
  });

  it('lets go of a listener that came again when one before it has gone', () => {
    const signal = new ChildSignal();
    const heard: string[] = [];
    const first = (): void => void heard.push('first');
    const second = (): void => void heard.push('second');
    for (const listener of [first, second]) signal.addEventListener('abort', listener);
    signal.removeEventListener('abort', first);
    signal.addEventListener('abort', second);
    signal.removeEventListener('abort', second);
    signal.abort('enough');
    expect(heard).toEqual([]);
  });

  it('hears nothing of a parent that it has let go of', () => {
    const parent = new ChildSignal();
    const child = new ChildSignal(parent);
    child.dispose();
    parent.abort('enough');
    expect(child.aborted).toBe(false);
  });

  it('tells those who were there when it aborted, though they go or come meanwhile', () => {
    const signal = new ChildSignal();
    const heard: string[] = [];
    const second = (): void => void heard.push('second');
    signal.addEventListener('abort', () => {
      heard.push('first');
      signal.removeEventListener('abort', second);
      signal.addEventListener('abort', () => heard.push('late'));
    });
    signal.addEventListener('abort', second);
    signal.abort('enough');
    expect(heard).toEqual(['first', 'second']);
  });
});
