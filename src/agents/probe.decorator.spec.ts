import { readProbes } from './agent.accessor.js';
import { Probe } from './probe.decorator.js';

/** Decorates as plain JavaScript can, past the compiler. */
const decorate = Probe('functional') as (...args: unknown[]) => void;

const METHOD = { value: (): boolean => true };

class Host {
  @Probe('credential')
  keyIsAccepted(): boolean {
    return true;
  }

  @Probe('dependency')
  async indexIsThere(): Promise<{ healthy: boolean }> {
    return { healthy: true };
  }
}

describe('Probe', () => {
  it('marks methods with what they ask, in the order of the class', () => {
    expect(readProbes(Host.prototype)).toEqual([
      { method: 'keyIsAccepted', kind: 'credential' },
      { method: 'indexIsThere', kind: 'dependency' },
    ]);
  });

  it('is inherited, also by a method that overrides a marked one', () => {
    class Heir extends Host {
      @Probe('functional')
      answers(): boolean {
        return true;
      }

      override keyIsAccepted(): boolean {
        return false;
      }
    }
    expect(readProbes(Heir.prototype).map(({ method }) => method)).toEqual([
      'answers',
      'keyIsAccepted',
      'indexIsThere',
    ]);
  });

  it('finds none on a plain object, nor on one without a prototype', () => {
    expect([readProbes(Object.prototype), readProbes(null)]).toEqual([[], []]);
  });

  it.each([
    ['a static method', Host, 'check', METHOD],
    ['a symbol', {}, Symbol('check'), METHOD],
    ['a property', {}, 'check', undefined],
  ])('refuses %s', (_, ...marked) => {
    expect(() => decorate(...marked)).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  });

  it('refuses another kind', () => {
    expect(() => Probe('liveness' as never)).toThrow(
      '@Probe takes one of dependency, credential, functional',
    );
  });
});
