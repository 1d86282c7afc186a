/** Endings of names that only public bodies and schools get. */
const INSTITUTIONS = /\.(?:gov|edu|mil|int|(?:gov|ac|edu)\.[a-z]{2})$/;

/**
 * How far a page is trusted, 0 to 1, by a simple rule: 0.9 for the own library; for the web 0.3 over http and 0.5 over
 * https, 0.25 more for institutions (`.gov`, `.edu`, `.int`, `.ac.uk` …), 0.1 more when the page names its author.
 */
export function credibilityOf(page: { readonly url: string; readonly byline?: string }): number {
  const { protocol, hostname } = new URL(page.url);
  if (protocol === 'library:') return 0.9;
  const transport = protocol === 'https:' ? 0.5 : 0.3;
  const institution = INSTITUTIONS.test(hostname) ? 0.25 : 0;
  return Math.round((transport + institution + (page.byline ? 0.1 : 0)) * 100) / 100;
}

/**
 * How sure a report is, 0 to 1: the mean credibility of its n sources, times 1 − 0.5ⁿ, as each further source halves the
 * doubt that a single one leaves. Without a source it is 0.
 */
export function confidenceOf(credibilities: readonly number[]): number {
  if (credibilities.length === 0) return 0;
  const mean = credibilities.reduce((sum, value) => sum + value, 0) / credibilities.length;
  return Math.round(mean * (1 - 0.5 ** credibilities.length) * 100) / 100;
}
