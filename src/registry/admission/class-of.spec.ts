import { classOf } from './class-of.js';

class Parent {}
class Child extends Parent {}

const explode = (): never => {
  throw new TypeError('never ask');
};

describe('the class of a value', () => {
  it('is the one that made it', () => {
    expect(classOf(new Child())).toBe(Child);
    expect(classOf({})).toBe(Object);
  });

  it('is asked of the prototype, never of the object itself', () => {
    expect(classOf(Object.defineProperty(new Child(), 'constructor', { get: explode }))).toBe(Child);
    expect(classOf(new Proxy(new Child(), { get: explode }))).toBe(Child);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'Child'],
    ['a function', Child],
    ['an object without a prototype', Object.create(null)],
    ['an object of one', Object.create(Object.create(null) as object)],
    ['a proxy that throws', new Proxy({}, { getPrototypeOf: explode })],
    ['a getter that throws', Object.create(Object.defineProperty({}, 'constructor', { get: explode }))],
  ])('is unknown for %s', (_, value: unknown) => {
    expect(classOf(value)).toBeUndefined();
  });

  it('is unknown for a revoked proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(classOf(proxy)).toBeUndefined();
  });
});
