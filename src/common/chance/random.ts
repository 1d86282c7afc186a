/** Randomness, injected so that choices can be replayed. */
export abstract class RandomSource {
  /** A number in [0, 1). */
  abstract next(): number;

  /** An integer in [0, `bound`); 0 when `bound` is below 1. */
  below(bound: number): number {
    return Math.floor(this.next() * Math.max(bound, 1));
  }
}

/** The engine's own generator; not for secrets. */
export class SystemRandom extends RandomSource {
  next(): number {
    return Math.random();
  }
}

/** By name once: drawing millions, as simulations do, should not look a global up each time. */
const { imul } = Math;

/** A repeatable generator: the same seed gives the same numbers. SplitMix32, after Steele, Lea and Flood (OOPSLA 2014). */
export class SeededRandom extends RandomSource {
  #state: number;

  constructor(seed: number) {
    super();
    this.#state = seed | 0;
  }

  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 4_294_967_296;
  }
}
