import { z } from 'zod';
import { capability, openCapability, type Match } from '../../agents/index.js';
import { TaskInput } from './task-input.js';

const contractOf = (input: z.ZodType) =>
  capability({ name: 'work', description: 'Works.', input, output: z.string() }).contract;

const Open = openCapability('open').contract;
const Anything = contractOf(z.any());
const Text = contractOf(z.string());
const Slow = contractOf(z.string().refine(async (text) => text !== 'no'));

/** What an agent would get. */
function valueOf(match: Match | Promise<Match>): unknown {
  expect(match).toMatchObject({ ok: true });
  return (match as Extract<Match, { ok: true }>).value;
}

describe('TaskInput', () => {
  it('matches each contract once, without a promise where schemas need none', () => {
    let validations = 0;
    const Counted = contractOf(z.string().refine(() => (validations += 1)));
    const input = new TaskInput('hi');
    expect(input.type).toBeUndefined();
    expect(input.match([Counted])).toBeUndefined();
    expect(input.match([Counted, Text])).toBeUndefined();
    expect(validations).toBe(1);
    expect([...input.matches.all()]).toMatchObject([{ ok: true }, { ok: true }]);
    expect(input.type).toBe('work_input');
    expect(() => input.check('work')).not.toThrow();
  });

  it('counts a contract whose schema takes its time as one that does not fit yet', async () => {
    const input = new TaskInput('yes');
    const matching = input.match([Slow]);
    expect(input.matches.get(Slow)).toEqual({
      ok: false,
      issues: [{ path: '$', message: 'is still being validated' }],
    });
    expect(input.match([Slow])).toBeUndefined();
    await matching;
    expect(input.matches.get(Slow)).toMatchObject({ ok: true, value: 'yes' });
  });

  it('refuses an input that fits no contract, with every reason', async () => {
    const input = new TaskInput('no');
    await input.match([contractOf(z.number()), Slow]);
    expect(() => input.check('work')).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        details: expect.objectContaining({ issues: expect.any(Array) }),
      }),
    );
    void input.match([Text]);
    expect(() => input.check('work')).not.toThrow();
  });

  it('matches the type that the caller names', () => {
    const input = new TaskInput('hi', 'other_type');
    void input.match([Text]);
    expect(() => input.check('work')).toThrow('inputType "other_type" is not accepted');
  });

  describe('handed out', () => {
    it('is a copy: what an agent does to it reaches neither the caller nor the next attempt', () => {
      const given = { list: [{ name: 'a' }], text: 'x' };
      const input = new TaskInput(given);
      void input.match([Open, Anything]);
      for (const contract of [Open, Anything, Open]) {
        const value = valueOf(input.handOut(contract)) as typeof given;
        expect(value).toEqual({ list: [{ name: 'a' }], text: 'x' });
        value.list.push({ name: 'b' });
        value.list[0]!.name = 'changed';
        value.text = 'y';
      }
      expect(given).toEqual({ list: [{ name: 'a' }], text: 'x' });
    });

    it('is validated again for each further attempt', () => {
      let validations = 0;
      const Counted = contractOf(z.string().refine(() => (validations += 1)));
      const input = new TaskInput('hi');
      void input.match([Counted]);
      expect([valueOf(input.handOut(Counted)), validations]).toEqual(['hi', 1]);
      expect([valueOf(input.handOut(Counted)), validations]).toEqual(['hi', 2]);
    });

    it('passes class instances on as they are', () => {
      const date = new Date(0);
      const bytes = Buffer.from('x');
      const input = new TaskInput({ date, bytes, list: [date] });
      void input.match([Anything]);
      const value = valueOf(input.handOut(Anything)) as Record<string, unknown>;
      expect(value['date']).toBe(date);
      expect(value['bytes']).toBe(bytes);
      expect((value['list'] as unknown[])[0]).toBe(date);
    });

    it('keeps what refers to itself or to one thing twice, holes, and members named __proto__', () => {
      const shared = { n: 1 };
      const holes: unknown[] = [];
      holes[1] = 1;
      const given: Record<string, unknown> = { a: shared, b: shared, list: holes };
      given['self'] = given;
      Object.defineProperty(given, '__proto__', { value: { polluted: true }, enumerable: true });
      const input = new TaskInput(given);
      void input.match([Anything]);
      const value = valueOf(input.handOut(Anything)) as Record<string, unknown>;
      expect(value).not.toBe(given);
      expect(value['self']).toBe(value);
      expect(value['a']).toBe(value['b']);
      expect(0 in (value['list'] as unknown[])).toBe(false);
      expect(Object.keys(value)).toContain('__proto__');
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(value['polluted']).toBeUndefined();
    });

    it('copies objects without a prototype, and stops copying where no JSON reaches', () => {
      const bare = Object.assign(Object.create(null) as object, { inner: { n: 1 } });
      let deep: Record<string, unknown> = { bottom: true };
      const bottom = deep;
      for (let level = 0; level < 150; level += 1) deep = { deep };
      const input = new TaskInput({ bare, deep });
      void input.match([Anything]);
      const value = valueOf(input.handOut(Anything)) as { bare: { inner: object }; deep: typeof deep };
      expect(value.bare).toEqual({ inner: { n: 1 } });
      expect(value.bare.inner).not.toBe((bare as unknown as typeof value.bare).inner);
      let level = value.deep;
      while ('deep' in level) level = level['deep'] as typeof deep;
      expect(level).toBe(bottom);
    });

    it('leaves an input that cannot be read to the schemas', () => {
      const hostile = {
        get secret(): string {
          throw new Error('keep out');
        },
      };
      const input = new TaskInput(hostile);
      expect(() => {
        void input.match([Open]);
        input.check('open');
      }).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    });
  });
});
