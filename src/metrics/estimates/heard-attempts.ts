import type { Measures } from '../measures/measures.js';
import type { MeasuresGroup } from '../rollups/performance.store.js';
import type { EstimateOptions, Evidence } from './live-estimate.js';
import type { News } from './performance-book.js';

/** After so many times its memory, what was observed weighs less than 1 %. */
const MEMORIES = 5;

/** What was measured of a pair in one stretch of time. */
interface Stretch {
  readonly at: number;
  /** By this process. */
  ownAttempts: number;
  readonly others: { succeeded: number; failed: number; successMs: number; costUsd: number };
}

interface Pair {
  readonly release: string;
  readonly capability: string;
  /** By when they began. */
  readonly stretches: Map<number, Stretch>;
}

/**
 * What other processes have measured, and this one before it was started anew, weighed as if it had been observed here: by how many
 * attempts there were since, on any node, and how long ago it was.
 */
export class HeardAttempts {
  readonly #pairs = new Map<string, Pair>();

  constructor(private readonly options: Pick<EstimateOptions, 'memoryAttempts' | 'memoryMs'>) {}

  /**
   * Takes in measures by release, capability and writer, in place of all that was heard before of their stretches of time.
   * @param writer this process
   * @returns what is to be learned from it, of the pairs that are named
   */
  hear(groups: readonly MeasuresGroup[], writer: string, nowAt: number): News[] {
    const named = new Map<Pair, Map<number, Stretch>>();
    for (const { key, at, measures } of groups) {
      const pair = this.#pairOf(key.release ?? '', key.capability ?? '');
      const fresh = named.get(pair) ?? new Map<number, Stretch>();
      named.set(pair, fresh);
      const stretch = fresh.get(at) ?? emptyStretch(at);
      fresh.set(at, stretch);
      if (key.writer === writer) stretch.ownAttempts += measures.counted;
      else add(stretch, measures);
    }
    return [...named].map(([pair, fresh]) => this.#update(pair, fresh, nowAt));
  }

  #pairOf(release: string, capability: string): Pair {
    const id = `${release} ${capability}`;
    const pair: Pair = this.#pairs.get(id) ?? { release, capability, stretches: new Map() };
    this.#pairs.set(id, pair);
    return pair;
  }

  #update(pair: Pair, fresh: ReadonlyMap<number, Stretch>, nowAt: number): News {
    let newAttempts = 0;
    for (const [at, stretch] of fresh) {
      newAttempts += Math.max(0, countOf(stretch) - countOf(pair.stretches.get(at)));
      pair.stretches.set(at, stretch);
    }
    const { release, capability } = pair;
    return { release, capability, evidence: this.#weigh(pair, nowAt), newAttempts };
  }

  /** Goes from the newest stretch to the oldest, and forgets those that weigh nothing any more. */
  #weigh({ stretches }: Pair, nowAt: number): Evidence {
    const { memoryAttempts, memoryMs } = this.options;
    const keep = 1 - 1 / memoryAttempts;
    const sum = { succeeded: 0, failed: 0, successMs: 0, costUsd: 0 };
    let later = 0;
    for (const stretch of [...stretches.values()].sort((a, b) => b.at - a.at)) {
      const { at, ownAttempts, others } = stretch;
      const ageMs = Math.max(0, nowAt - at);
      const count = countOf(stretch);
      if (later > MEMORIES * memoryAttempts || ageMs > MEMORIES * memoryMs) {
        stretches.delete(at);
        continue;
      }
      // Each attempt weighs less than the next by the same factor; on average, those of this process lie amidst the others.
      const share = count === 0 ? 0 : (1 - keep ** count) / ((1 - keep) * count);
      const weight = share * keep ** (later + ownAttempts / 2) * Math.exp(-ageMs / memoryMs);
      sum.succeeded += others.succeeded * weight;
      sum.failed += others.failed * weight;
      sum.successMs += others.successMs * weight;
      sum.costUsd += others.costUsd * weight;
      later += count + ownAttempts;
    }
    return sum;
  }
}

function emptyStretch(at: number): Stretch {
  return { at, ownAttempts: 0, others: { succeeded: 0, failed: 0, successMs: 0, costUsd: 0 } };
}

/** Attempts of others. */
function countOf(stretch: Stretch | undefined): number {
  return stretch === undefined ? 0 : stretch.others.succeeded + stretch.others.failed;
}

function add({ others }: Stretch, { succeeded, failed, successMs, costUsd }: Measures): void {
  others.succeeded += succeeded;
  others.failed += failed;
  others.successMs += successMs;
  others.costUsd += costUsd;
}
