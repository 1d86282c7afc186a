import { confidenceOf, credibilityOf } from './credibility.js';

describe('credibilityOf', () => {
  it.each([
    ['library:///docs/a.md', undefined, 0.9],
    ['http://a.example/', undefined, 0.3],
    ['https://a.example/', undefined, 0.5],
    ['https://a.example/', 'Ada', 0.6],
    ['https://www.nist.gov/', undefined, 0.75],
    ['https://cl.cam.ac.uk/', 'Ada', 0.85],
    ['https://gov.example/', undefined, 0.5],
  ])('trusts %s by %s to %d', (url, byline, credibility) => {
    expect(credibilityOf({ url, byline })).toBe(credibility);
  });
});

describe('confidenceOf', () => {
  it('grows with every source, up to their mean credibility', () => {
    expect(
      [[], [0.8], [0.8, 0.8], Array<number>(12).fill(0.8)].map((sources) => confidenceOf(sources)),
    ).toEqual([0, 0.4, 0.6, 0.8]);
  });
});
