import { setup, type EndedTask } from './workflows/build-executor.js';
import { FaultInjector } from './fault-injector.js';
import { VirtualClock } from './virtual-clock.js';

/** An agent with a private member, which a careless proxy would lose. */
class Greeter {
  readonly greeting = 'hello';
  #count = 0;
  execute(name: string): string {
    this.#count += 1;
    return `${this.greeting} ${name}, ${this.#count}`;
  }
  healthCheck(): { status: string } {
    return { status: 'healthy' };
  }
  describe(...words: string[]): string {
    return words.join(' ');
  }
}

function wrapped(faults: FaultInjector, agent = new Greeter()) {
  const instance = faults.wrap(agent);
  const bench = setup([{ name: 'greeter', instances: { lifetime: 'shared', get: () => instance } }]);
  return { ...bench, instance };
}

const codeOf = (ended: EndedTask): string | undefined => ('code' in ended ? ended.code : undefined);

describe('FaultInjector', () => {
  it('leaves an agent as it was as long as nothing is wrong', async () => {
    const faults = new FaultInjector();
    const { run, instance } = wrapped(faults);
    expect(await run({}, 'you')).toMatchObject({ status: 'succeeded', output: 'hello you, 1' });
    expect(instance).toBeInstanceOf(Greeter);
    expect(instance.constructor).toBe(Greeter);
    expect(instance.greeting).toBe('hello');
    expect(instance.describe('a', 'b')).toBe('a b');
    expect(faults.calls).toBe(1);
  });

  it('breaks it, and mends it', async () => {
    const faults = new FaultInjector();
    const { run, instance } = wrapped(faults);
    faults.break();
    expect(codeOf(await run())).toBe('FAULT_INJECTED');
    expect(() => instance.healthCheck()).toThrow('A fault was injected into "health check"');
    faults.fix();
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(instance.healthCheck()).toEqual({ status: 'healthy' });
  });

  it('breaks one capability alone, with the error that is asked for', async () => {
    const faults = new FaultInjector();
    const { run } = wrapped(faults);
    faults.break({ capability: 'other', error: new Error('not this one') });
    expect(await run()).toMatchObject({ status: 'succeeded' });
    faults.break({ capability: 'echo', error: undefined });
    expect(codeOf(await run())).toBe('AGENT_FAILED');
    faults.fix('echo');
    expect(await run()).toMatchObject({ status: 'succeeded' });
  });

  it('fails as often as it is to', async () => {
    const faults = new FaultInjector();
    const { run } = wrapped(faults);
    faults.break({ ratio: 0.3 });
    let failures = 0;
    for (let task = 0; task < 1_000; task += 1) if (codeOf(await run()) !== undefined) failures += 1;
    // Five standard deviations of a binomial count with n = 1 000 and p = 0.3.
    expect(Math.abs(failures - 300)).toBeLessThan(5 * Math.sqrt(1_000 * 0.3 * 0.7));
  });

  it('makes tasks late, and ends with them when they are aborted', async () => {
    const clock = new VirtualClock();
    const faults = new FaultInjector({ clock });
    const { run, clock: taskClock } = wrapped(faults);
    faults.slowDown(1_000, 'echo');
    faults.slowDown(5, 'other');
    const late = run();
    await clock.advanceAsync(999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advanceAsync(1);
    expect(await late).toMatchObject({ status: 'succeeded' });
    const given = run({ timeoutMs: 10 });
    await taskClock.advanceAsync(10);
    expect(codeOf(await given)).toBe('TASK_TIMEOUT');
    expect(clock.pendingTimers).toBe(0);
  });
});
