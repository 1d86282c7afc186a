/** An amount, a share, a year, a measure: a number with what stands directly around it. */
const FIGURE =
  /(?:[$€£¥]\s?)?\d[\d.,]*\d?(?:\s?%|\s?(?:percent|thousand|million|billion|trillion|ms|seconds?|minutes?|hours?|days?|years?|kg|km|[KMGT]i?B)\b)?/g;

/** The figures that a sentence states, each once, in order, at most ten. */
export function figuresIn(sentence: string): string[] {
  const found = sentence.match(FIGURE) ?? [];
  return [...new Set(found.map((figure) => figure.replace(/[.,]+$/, '').trim()))].slice(0, 10);
}
