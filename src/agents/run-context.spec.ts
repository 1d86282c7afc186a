import { z } from 'zod';
import { dataType } from './contracts/data-type.js';
import { RunContext } from './run-context.js';

const Tone = dataType('tone', z.object({ mood: z.string() }));

describe('RunContext', () => {
  it('gives values by data type, by the type or its name', () => {
    const context = RunContext.of({ tone: { mood: 'calm' } });
    expect(context.get(Tone)).toEqual({ mood: 'calm' });
    expect(context.get('tone')).toEqual({ mood: 'calm' });
    expect([context.has('tone'), context.has('email')]).toEqual([true, false]);
    expect([context.get('email'), context.outputOf('step')]).toEqual([undefined, undefined]);
  });

  it('is the empty one without values', () => {
    expect(RunContext.of({})).toBe(RunContext.EMPTY);
  });

  it('does not change with the objects it was made from', () => {
    const values = { tone: { mood: 'calm' } };
    const context = RunContext.of(values);
    values.tone.mood = 'angry';
    (values as Record<string, unknown>)['email'] = 'late';
    expect(context.get('tone')).toEqual({ mood: 'calm' });
    expect(context.has('email')).toBe(false);
    expect(Object.isFrozen(values.tone)).toBe(false);
  });

  it('gives values that nobody can change', () => {
    const tone = RunContext.of({ tone: { mood: 'calm' } }).get(Tone) as { mood: string };
    expect(() => {
      tone.mood = 'angry';
    }).toThrow(TypeError);
  });

  it('takes values that contain themselves', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const read = RunContext.of({ loop }).get('loop') as typeof loop;
    expect(read['self']).toBe(read);
  });

  it('takes names of inherited members for names', () => {
    const context = RunContext.of(JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>);
    expect(context.get('__proto__')).toEqual({ polluted: true });
    expect([context.has('constructor'), context.get('toString')]).toEqual([false, undefined]);
  });

  it.each([() => 1, { deep: [Symbol('s')] }, new WeakMap()])(
    'refuses %p, which cannot be copied',
    (value) => {
      const make = (): RunContext => RunContext.of({ tone: value });
      expect(make).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', kind: 'input' }));
      expect(make).toThrow(/The input does not fit the context: \$\.tone: cannot be copied/);
    },
  );

  it('adds outputs by step and by type, the latest of a type winning', () => {
    const context = RunContext.of({ tone: { mood: 'calm' } })
      .withOutput('first', { type: 'tone', value: { mood: 'glad' } })
      .withOutput('second', { type: 'summary', value: 'short' })
      .withOutput('third', { type: 'tone', value: { mood: 'sad' } });
    expect(context.get(Tone)).toEqual({ mood: 'sad' });
    expect(['first', 'second', 'third'].map((id) => context.outputOf(id))).toEqual([
      { mood: 'glad' },
      'short',
      { mood: 'sad' },
    ]);
  });

  it('stays as it is when an output is added', () => {
    const before = RunContext.of({ tone: { mood: 'calm' } });
    const output = { type: 'tone', value: { mood: 'glad' } };
    const after = before.withOutput('first', output);
    output.type = 'changed';
    expect(before.get(Tone)).toEqual({ mood: 'calm' });
    expect(before.outputOf('first')).toBeUndefined();
    expect(after.get(Tone)).toEqual({ mood: 'glad' });
    expect(Object.isFrozen(output.value)).toBe(true);
    expect(RunContext.EMPTY.has('tone')).toBe(false);
  });
});
