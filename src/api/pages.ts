/** A part of a list, and where the next one begins. */
export interface Page<Item> {
  readonly items: Item[];
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

/**
 * Cuts a page out of items with unique ids, in the order of the ids. The cursor is the id of the page's last item, so items
 * that come or go between two pages neither repeat nor hide others.
 */
export function pageById<Item extends { readonly id: string }>(
  items: readonly Item[],
  limit: number,
  cursor: string | undefined,
): Page<Item> {
  const rest = items
    .filter(({ id }) => cursor === undefined || id > cursor)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = rest.slice(0, limit);
  return { items: page, nextCursor: rest.length > limit ? (page.at(-1)?.id ?? null) : null };
}
