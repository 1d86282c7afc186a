/**
 * Probability that a standard normal variable is above `z`. Relative error below 1.2e-7, far into the tails.
 * After Press et al., Numerical Recipes, 2nd ed., section 6.2 (Chebyshev fit of the complementary error function).
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const tail = (t * Math.exp(-x * x + evaluate(ERFC, t))) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/**
 * The value below which a standard normal variable is with this probability; infinite at 0 and 1. Relative error about 1e-7.
 * Algorithm AS 241 (PPND7), Wichura, Applied Statistics 37, 1988.
 */
export function normalQuantile(probability: number): number {
  const centered = probability - 0.5;
  if (Math.abs(centered) <= 0.425) {
    const r = 0.180625 - centered * centered;
    return (centered * evaluate(CENTER, r)) / evaluate(CENTER_BELOW, r);
  }
  const r = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)));
  if (!Number.isFinite(r)) return Math.sign(centered) * Infinity;
  const z =
    r <= 5
      ? evaluate(SHOULDER, r - 1.6) / evaluate(SHOULDER_BELOW, r - 1.6)
      : evaluate(TAIL, r - 5) / evaluate(TAIL_BELOW, r - 5);
  return Math.sign(centered) * z;
}

/**
 * The same of Student's distribution, to 0.003 from ten degrees of freedom on (Abramowitz and Stegun, 26.7.5, two terms).
 */
export function studentQuantile(probability: number, degrees: number): number {
  const z = normalQuantile(probability);
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees * degrees);
}

/** The polynomial with these coefficients, the constant one first (Horner's rule). */
function evaluate(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];
const CENTER = [3.3871327179, 50.434271938, 159.29113202, 59.10937472];
const CENTER_BELOW = [1, 17.895169469, 78.757757664, 67.1875636];
const SHOULDER = [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103];
const SHOULDER_BELOW = [1, 0.7370016425, 0.12021132975];
const TAIL = [6.657905115, 3.081226386, 0.42868294337, 0.017337203997];
const TAIL_BELOW = [1, 0.24197894225, 0.012258202635];
