import { distance } from 'fastest-levenshtein';

/** The known names that a mistyped one may have meant, nearest first, at most three. */
export function nearestNames(name: string, known: Iterable<string>): string[] {
  // Bounded: a name comes from outside, and the distance costs the product of both lengths.
  const wanted = name.slice(0, 100).toLowerCase();
  const tolerance = Math.max(2, Math.floor(wanted.length / 3));
  const near: { candidate: string; edits: number }[] = [];
  for (const candidate of new Set(known)) {
    const lower = candidate.toLowerCase();
    const contained = wanted.length >= 3 && lower.includes(wanted);
    const edits = contained ? Math.min(1, lower.length - wanted.length) : distance(wanted, lower);
    if (edits <= tolerance) near.push({ candidate, edits });
  }
  near.sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, 3).map(({ candidate }) => candidate);
}

/** ` Did you mean "a" or "b"?`, or nothing when no name is near. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Did you mean ${names.map((name) => `"${name}"`).join(' or ')}?`;
}
