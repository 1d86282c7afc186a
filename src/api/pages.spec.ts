import fc from 'fast-check';
import { pageAfter, pageBy, type Page } from './pages.js';

interface Item {
  readonly id: string;
}

const keyOf = ({ id }: Item): string => id;
const toItems = (ids: Iterable<string>): Item[] => [...ids].map((id) => ({ id }));
const anyId = fc.string({ minLength: 1, maxLength: 3 });

/** What happens to a list between two pages. */
const anyChange = fc.record({
  comes: fc.array(anyId, { maxLength: 3 }),
  goes: fc.array(fc.nat(), { maxLength: 3 }),
});

describe('pageBy', () => {
  it('gives each item of a list once and in order, for pages of any size', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyId), fc.integer({ min: 1, max: 5 }), (ids, limit) => {
        const seen: string[] = [];
        let cursor: string | null | undefined;
        while (cursor !== null) {
          const page: Page<Item> = pageBy(keyOf, toItems(ids), { limit, cursor });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items.map(keyOf));
          cursor = page.nextCursor;
        }
        expect(seen).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
      }),
    );
  });

  it('never repeats an item and never hides one that stays, whatever comes and goes between pages', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyId, { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(anyChange, { maxLength: 20 }),
        (ids, limit, changes) => {
          const list = new Set(ids);
          const stayed = new Set(ids);
          const seen: string[] = [];
          const pending = [...changes];
          let cursor: string | null | undefined;
          while (cursor !== null) {
            const page: Page<Item> = pageBy(keyOf, toItems(list), { limit, cursor });
            seen.push(...page.items.map(keyOf));
            cursor = page.nextCursor;
            const { comes, goes } = pending.shift() ?? { comes: [], goes: [] };
            for (const place of goes) {
              const gone = [...list][place % Math.max(list.size, 1)];
              if (gone === undefined) continue;
              list.delete(gone);
              stayed.delete(gone);
            }
            for (const id of comes) list.add(id);
          }
          expect(new Set(seen).size).toBe(seen.length);
          for (const id of stayed) expect(seen).toContain(id);
        },
      ),
    );
  });

  it('says that there is no further page when the last one is full', () => {
    expect(pageBy(keyOf, toItems('ab'), { limit: 2 })).toEqual({ items: toItems('ab'), nextCursor: null });
    expect(pageBy(keyOf, [], { limit: 2 })).toEqual({ items: [], nextCursor: null });
  });
});

describe('pageAfter', () => {
  it('gives each item of a list once and as it stands, also while others come behind', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyId), fc.integer({ min: 1, max: 5 }), fc.nat(9), (ids, limit, split) => {
        const seen: string[] = [];
        let length = split;
        let cursor: string | null | undefined;
        while (cursor !== null) {
          const page = pageAfter(keyOf, toItems(ids.slice(0, length)), { limit, cursor });
          seen.push(...(page?.items ?? []).map(keyOf));
          cursor = page?.nextCursor ?? null;
          length += 1;
        }
        expect(seen).toEqual(ids.slice(0, seen.length));
        expect(seen.length).toBeGreaterThanOrEqual(Math.min(split, ids.length));
      }),
    );
  });

  it('gives nothing for a cursor whose item is gone', () => {
    expect(pageAfter(keyOf, toItems(['a', 'b']), { limit: 1, cursor: 'c' })).toBeUndefined();
  });
});
