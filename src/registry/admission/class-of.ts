/**
 * The class of an object as its prototype tells. `undefined` where that cannot be asked: for objects without a prototype,
 * getters that throw, revoked proxies.
 */
export function classOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
    return prototype?.constructor;
  } catch {
    return undefined;
  }
}
