import { z } from 'zod';
import { PROVIDES_METADATA, type ProvidesMetadata } from './agent.metadata.js';
import { capability, isCapability } from './contracts/capability.js';
import { Provides } from './provides.decorator.js';

const Greet = capability({ name: 'greet', description: 'Greets.', input: z.string(), output: z.string() });

function marksOn(prototype: object, method: string): ProvidesMetadata[] {
  return Reflect.getOwnMetadata(PROVIDES_METADATA, prototype, method) as ProvidesMetadata[];
}

const METHOD = { value: (): number => 1 };

/** Decorates as plain JavaScript can, past the compiler. */
const decorate = Provides(Greet) as unknown as (...args: unknown[]) => void;

describe('Provides', () => {
  it('marks a method with a shared capability and its options', () => {
    class Host {
      @Provides(Greet, { timeoutMs: 5 })
      greet(name: string): string {
        return name;
      }
    }
    expect(marksOn(Host.prototype, 'greet')).toEqual([{ capability: Greet, options: { timeoutMs: 5 } }]);
  });

  it('marks a method with the name of an open contract', () => {
    class Host {
      @Provides('greet')
      greet(): string {
        return 'hello';
      }
    }
    expect(marksOn(Host.prototype, 'greet')).toEqual([{ capability: 'greet', options: {} }]);
  });

  it('declares an inline definition once', () => {
    class Host {
      @Provides({ name: 'double', description: 'Doubles.', input: z.number(), output: z.number() })
      double(n: number): number {
        return n * 2;
      }
    }
    const [mark] = marksOn(Host.prototype, 'double');
    expect(isCapability(mark?.capability) && mark.capability.name).toBe('double');
  });

  it('refuses a wrong inline definition where it is written', () => {
    const wrong = { name: 'double', description: '', input: z.number(), output: z.number() };
    expect(() => Provides(wrong)).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  });

  it.each([undefined, null, 3])('refuses %p, which an import cycle may leave', (value) => {
    expect(() => Provides(value as never)).toThrow('look for an import cycle');
  });

  it('leaves the method itself as it is', () => {
    class Host {
      greet(): string {
        return 'hello';
      }
    }
    const before = Object.getOwnPropertyDescriptor(Host.prototype, 'greet');
    decorate(Host.prototype, 'greet', before);
    expect(Object.getOwnPropertyDescriptor(Host.prototype, 'greet')).toEqual(before);
  });

  it.each([
    ['which is static', class Host {}, 'greet', METHOD],
    ['whose name is a symbol', {}, Symbol('greet'), METHOD],
    ['which is no method', {}, 'greet', { get: () => () => 1 }],
    ['which is no method', {}, 'greet', undefined],
  ])('refuses a member %s', (problem, target, method, descriptor) => {
    expect(() => decorate(target, method, descriptor)).toThrow(problem);
    expect(() => decorate(target, method, descriptor)).toThrow(
      expect.objectContaining({ code: 'DEFINITION_INVALID' }),
    );
  });
});
