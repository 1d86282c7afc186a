import fc from 'fast-check';
import { didYouMean, nearestNames } from './nearest.js';

const NAMES = ['web_research', 'research', 'content_writing', 'translation', 'web_search', 'summary'];

describe('nearestNames', () => {
  it('finds the name behind a typing error', () => {
    expect(nearestNames('web_reserach', NAMES)[0]).toBe('web_research');
    expect(nearestNames('Translation', NAMES)).toEqual(['translation']);
  });

  it('finds names that contain the word', () => {
    expect(nearestNames('writing', NAMES)).toEqual(['content_writing']);
  });

  it('finds nothing near a strange word', () => {
    expect(nearestNames('quantum_physics', NAMES)).toEqual([]);
    expect(nearestNames('x', [])).toEqual([]);
  });

  it('does not take one or two letters for a word that names contain', () => {
    expect(nearestNames('e', NAMES)).toEqual([]);
  });

  it('names at most three, the nearest first, each once, equals by alphabet', () => {
    expect(nearestNames('cat', ['cut', 'bat', 'cart', 'bat', 'cat', 'hat'])).toEqual(['cat', 'bat', 'cart']);
  });

  it('finds every known name by itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), (name) => {
        expect(nearestNames(name, NAMES)).toContain(name);
      }),
    );
  });

  it('looks only at the start of an endless name', () => {
    expect(nearestNames('x'.repeat(1_000_000), NAMES)).toEqual([]);
  });
});

describe('didYouMean', () => {
  it('asks for one name or several, and says nothing without one', () => {
    expect(didYouMean(['a'])).toBe(' Did you mean "a"?');
    expect(didYouMean(['a', 'b'])).toBe(' Did you mean "a" or "b"?');
    expect(didYouMean([])).toBe('');
  });
});
