/** A part of a list, and where the next one begins. */
export interface Page<Item> {
  readonly items: Item[];
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

/** Which part of a list is wanted. */
export interface PageQuery {
  /** Items in a page, at least 1. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/**
 * Cuts a page out of items with unique keys, in the order of the keys. The cursor is the key of the page's last item, so
 * items that come or go between two pages neither repeat nor hide others.
 */
export function pageBy<Item>(
  keyOf: (item: Item) => string,
  items: readonly Item[],
  { limit, cursor }: PageQuery,
): Page<Item> {
  const rest = items
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => cursor === undefined || key > cursor)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, limit);
  return {
    items: page.map(({ item }) => item),
    nextCursor: rest.length > limit ? (page.at(-1)?.key ?? null) : null,
  };
}

/**
 * Cuts a page out of items with unique keys, in the order in which they stand; `undefined` when the item at which the last
 * page ended is gone. Items that come behind it are found by a later page, those that come before it are not.
 */
export function pageAfter<Item>(
  keyOf: (item: Item) => string,
  items: readonly Item[],
  { limit, cursor }: PageQuery,
): Page<Item> | undefined {
  const last = cursor === undefined ? -1 : items.findIndex((item) => keyOf(item) === cursor);
  if (cursor !== undefined && last === -1) return undefined;
  const page = items.slice(last + 1, last + 1 + limit);
  const isMore = last + 1 + limit < items.length;
  return { items: page, nextCursor: isMore ? keyOf(page.at(-1) as Item) : null };
}
