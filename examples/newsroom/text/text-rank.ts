/** Sentences with their words, or anything else that has some. */
interface Ranked {
  readonly stems: readonly string[];
}

const DAMPING = 0.85;
const MAX_ITERATIONS = 50;
const TOLERANCE = 1e-6;

/**
 * Ranks sentences by how much the others say the same: the stationary distribution of a walk over the graph of their
 * similarities. After R. Mihalcea and P. Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004, with its damping
 * of 0.85 and its similarity: shared words over the logarithms of both lengths.
 *
 * @returns one weight for each sentence; they sum to 1
 */
export function rankSentences(sentences: readonly Ranked[]): number[] {
  const count = sentences.length;
  if (count === 0) return [];
  const edges = similarities(sentences);
  const outgoing = edges.map((row) => row.reduce((sum, [, weight]) => sum + weight, 0));
  let ranks = new Array<number>(count).fill(1 / count);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration += 1) {
    const next = step(ranks, edges, outgoing);
    const change = next.reduce((sum, rank, at) => sum + Math.abs(rank - (ranks[at] as number)), 0);
    ranks = next;
    if (change < TOLERANCE) break;
  }
  return ranks;
}

type Edges = readonly (readonly (readonly [to: number, weight: number])[])[];

function step(ranks: readonly number[], edges: Edges, outgoing: readonly number[]): number[] {
  const count = ranks.length;
  const next = new Array<number>(count).fill((1 - DAMPING) / count);
  let stranded = 0;
  for (let from = 0; from < count; from += 1) {
    const rank = ranks[from] as number;
    const total = outgoing[from] as number;
    if (total === 0) stranded += rank;
    for (const [to, weight] of edges[from] as Edges[number]) {
      next[to] = (next[to] as number) + (DAMPING * rank * weight) / total;
    }
  }
  // A sentence that resembles none passes its weight on to all, or the sum would sink.
  return next.map((rank) => rank + (DAMPING * stranded) / count);
}

function similarities(sentences: readonly Ranked[]): Edges {
  const sets = sentences.map(({ stems }) => new Set(stems));
  const edges: [number, number][][] = sentences.map(() => []);
  for (let left = 0; left < sets.length; left += 1) {
    for (let right = left + 1; right < sets.length; right += 1) {
      const weight = similarity(sets[left] as Set<string>, sets[right] as Set<string>);
      if (weight === 0) continue;
      edges[left]?.push([right, weight]);
      edges[right]?.push([left, weight]);
    }
  }
  return edges;
}

/** One is added to each length, so that two sentences of one word do not divide by zero. */
function similarity(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const [small, large] = left.size < right.size ? [left, right] : [right, left];
  let shared = 0;
  for (const stem of small) if (large.has(stem)) shared += 1;
  return shared === 0 ? 0 : shared / (Math.log(left.size + 1) + Math.log(right.size + 1));
}
