import fc from 'fast-check';
import { roughJsonBytes } from './rough-size.js';

describe('roughJsonBytes', () => {
  it.each([
    ['a text', 'hello', 7],
    ['nothing', null, 4],
    ['an empty list', [], 2],
    ['a list of texts', ['ab', 'cd'], 12],
    ['an object', { text: 'abc' }, 15],
    ['an undefined', undefined, 4],
  ])('knows the size of %s', (_, value, bytes) => {
    expect(roughJsonBytes(value)).toBe(bytes);
  });

  it('takes the rest of a long list to be like the members that it looks at', () => {
    const list = Array.from({ length: 100_000 }, () => 'x'.repeat(97));
    expect(roughJsonBytes(list)).toBe(10_000_002);
  });

  it('ends on what is endless', () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle['self'] = circle;
    expect(roughJsonBytes(circle)).toBeLessThan(20_000);
    expect(roughJsonBytes([circle, circle])).toBeLessThan(40_000);
  });

  it('is within four times of what JSON takes, for values that are small enough to be looked at whole', () => {
    const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: true });
    fc.assert(
      fc.property(value, (json) => {
        const rough = roughJsonBytes(json);
        const exact = JSON.stringify(json).length;
        expect(rough).toBeGreaterThanOrEqual(exact / 4);
        expect(rough).toBeLessThanOrEqual(exact * 8);
      }),
    );
  });
});
