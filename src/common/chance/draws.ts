import type { RandomSource } from './random.js';

/** By name once: drawing millions, as simulations do, should not look a global up each time. */
const { PI, cos, log, sqrt } = Math;

/** A number in (0, 1), of which a logarithm can be taken. */
function drawOpen(random: RandomSource): number {
  return (random.next() * 4_294_967_296 + 0.5) / 4_294_967_297;
}

/** From the exponential distribution of mean 1. */
export function drawExponential(random: RandomSource): number {
  return -log(drawOpen(random));
}

/** From the normal distribution of mean 0 and deviation 1, by Box and Muller (1958); the second of the pair is not kept. */
export function drawNormal(random: RandomSource): number {
  return sqrt(2 * drawExponential(random)) * cos(2 * PI * random.next());
}

/** From the gamma distribution of scale 1. Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
export function drawGamma(shape: number, random: RandomSource): number {
  if (shape < 1) return drawGamma(shape + 1, random) * drawOpen(random) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / sqrt(9 * d);
  for (;;) {
    const normal = drawNormal(random);
    const root = 1 + c * normal;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = drawOpen(random);
    if (log(u) < 0.5 * normal * normal + d - d * v + d * log(v)) return d * v;
  }
}

/** From the beta distribution: how likely a success is, after `alpha` - 1 successes and `beta` - 1 failures. */
export function drawBeta(alpha: number, beta: number, random: RandomSource): number {
  const one = drawGamma(alpha, random);
  return one / (one + drawGamma(beta, random));
}
