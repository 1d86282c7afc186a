import fc from 'fast-check';
import { Ancestors, findCircles, invert, orderOf, type Links } from './compile-order.js';

/** Links that only go back, so that there is no circle, under shuffled positions. */
const acyclic = fc
  .integer({ min: 1, max: 20 })
  .chain((size) =>
    fc.tuple(
      fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: size, maxLength: size }),
    ),
  )
  .map(([positions, wishes]): Links => {
    const links: number[][] = positions.map(() => []);
    for (const [rank, wanted] of wishes.entries()) {
      const earlier = new Set(rank === 0 ? [] : wanted.map((wish) => positions[wish % rank] as number));
      links[positions[rank] as number] = [...earlier];
    }
    return links;
  });

const anyLinks = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
  );

const circlesOf = (links: Links) => findCircles(links, orderOf(links, invert(links)));

/** Whether a walk along the links from a step can come to another one; slow and plain. */
function reaches(links: Links, from: number, to: number, seen = new Set<number>()): boolean {
  return (links[from] ?? []).some((next) => {
    if (next === to) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(links, next, to, seen);
  });
}

describe('the order of steps', () => {
  it('holds every step behind those it follows, where there is no circle', () => {
    fc.assert(
      fc.property(acyclic, (links) => {
        const order = orderOf(links, invert(links));
        expect(order.toSorted((a, b) => a - b)).toEqual([...links.keys()]);
        const place = new Map(order.map((index, at) => [index, at]));
        for (const [index, before] of links.entries()) {
          for (const each of before) expect(place.get(each)!).toBeLessThan(place.get(index)!);
        }
        expect(circlesOf(links)).toEqual([]);
      }),
    );
  });

  it('turns links around, and back', () => {
    fc.assert(
      fc.property(anyLinks, (links) => {
        const sorted = links.map((each) => each.toSorted((a, b) => a - b));
        expect(invert(invert(links))).toEqual(sorted);
      }),
    );
  });

  it('finds a circle wherever there is one, and each step on it follows the one before', () => {
    fc.assert(
      fc.property(anyLinks, (links) => {
        const circles = circlesOf(links);
        const hasCircle = [...links.keys()].some((index) => reaches(links, index, index));
        expect(circles.length > 0).toBe(hasCircle);
        for (const circle of circles) {
          expect(new Set(circle).size).toBe(circle.length);
          for (const [at, index] of circle.entries()) {
            expect(links[circle[(at + 1) % circle.length]!]).toContain(index);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds the circles of separate groups of steps', () => {
    expect(circlesOf([[1], [0], [], [3], [2]])).toEqual([[1, 0], [3]]);
  });
});

describe('Ancestors', () => {
  it('knows who is certain to have ended before whom', () => {
    fc.assert(
      fc.property(acyclic, (links) => {
        const ancestors = new Ancestors(links, orderOf(links, invert(links)));
        for (const index of links.keys()) {
          for (const other of links.keys()) {
            expect(ancestors.has(index, other)).toBe(reaches(links, index, other));
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
