import { manifestOf } from '../../testing/builders/release-builder.js';
import { Gate } from './gate.js';

describe('the gate', () => {
  it('lets one pass at a time, in the order they came', async () => {
    const gate = new Gate();
    const log: string[] = [];
    const pass = (name: string) =>
      gate.pass(async () => {
        log.push(`${name} in`);
        await Promise.resolve();
        log.push(`${name} out`);
        return name;
      });
    expect(await Promise.all([pass('a'), pass('b')])).toEqual(['a', 'b']);
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out']);
  });

  it('is not held up by one that fails', async () => {
    const gate = new Gate();
    const failing = gate.pass(() => Promise.reject(new RangeError('boom')));
    const next = gate.pass(async () => 'through');
    await expect(failing).rejects.toThrow('boom');
    expect(await next).toBe('through');
  });

  it('knows who is about to enter', () => {
    const gate = new Gate();
    const [ada, bob] = [manifestOf({ name: 'ada' }), manifestOf({ name: 'bob' })];
    gate.announce([ada, bob]);
    gate.withdraw([ada]);
    expect([...gate.entering]).toEqual([bob]);
  });
});
