/**
 * Whether a region is one of these places or lies in one: `eu-west` lies in `eu`, as its name begins with `eu-`; `europe` does not.
 * What has no region lies nowhere.
 */
export function liesIn(region: string | undefined, places: readonly string[]): boolean {
  if (region === undefined) return false;
  return places.some((place) => region === place || region.startsWith(`${place}-`));
}
