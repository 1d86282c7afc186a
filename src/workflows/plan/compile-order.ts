/** Which steps follow which, by their positions. */
export type Links = readonly (readonly number[])[];

/** Turns links around: who is followed by whom. */
export function invert(links: Links): Links {
  const inverse: number[][] = links.map(() => []);
  for (const [index, others] of links.entries()) for (const other of others) inverse[other]!.push(index);
  return inverse;
}

/** An order in which every step comes behind those it follows; steps on a circle, and those behind one, are left out. */
export function orderOf(predecessors: Links, dependents: Links): readonly number[] {
  const missing = predecessors.map(({ length }) => length);
  const order = [...missing.keys()].filter((index) => missing[index] === 0);
  // Grows while it is gone through.
  for (const index of order) {
    for (const dependent of dependents[index]!) {
      missing[dependent]! -= 1;
      if (missing[dependent] === 0) order.push(dependent);
    }
  }
  return order;
}

/**
 * The circles among the steps that no order can hold, each as the steps on it, from one to the next that follows it. Each such step
 * follows another such step: who goes back from step to step comes to a circle.
 */
export function findCircles(predecessors: Links, order: readonly number[]): readonly (readonly number[])[] {
  const isOrdered = new Set(order);
  const seenIn = new Map<number, number>();
  const circles: number[][] = [];
  for (const start of predecessors.keys()) {
    const path: number[] = [];
    let at: number | undefined = start;
    while (at !== undefined && !isOrdered.has(at) && !seenIn.has(at)) {
      seenIn.set(at, start);
      path.push(at);
      at = predecessors[at]!.find((index) => !isOrdered.has(index));
    }
    if (at !== undefined && seenIn.get(at) === start && path.length > 0) {
      circles.push(path.slice(path.indexOf(at)).toReversed());
    }
  }
  return circles;
}

/**
 * Answers which steps are certain to have ended before which: a bit for each pair, made when it is first asked for, since most
 * definitions only refer to steps right before.
 */
export class Ancestors {
  #rows: readonly Uint32Array[] | undefined;

  /** @param order holds every step */
  constructor(
    private readonly predecessors: Links,
    private readonly order: readonly number[],
  ) {}

  has(index: number, ancestor: number): boolean {
    if (this.predecessors[index]!.includes(ancestor)) return true;
    this.#rows ??= this.#close();
    const word = this.#rows[index]![ancestor >>> 5]!;
    return ((word >>> (ancestor & 31)) & 1) === 1;
  }

  #close(): readonly Uint32Array[] {
    const words = (this.predecessors.length + 31) >>> 5;
    const rows = this.predecessors.map(() => new Uint32Array(words));
    for (const index of this.order) {
      const row = rows[index]!;
      for (const before of this.predecessors[index]!) {
        row[before >>> 5]! |= 1 << (before & 31);
        const others = rows[before]!;
        for (let word = 0; word < words; word += 1) row[word]! |= others[word]!;
      }
    }
    return rows;
  }
}
