/** Which methods each route has, to answer 405 instead of 404 for a path that exists with another method. */
export class RouteMethods {
  readonly #routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  /** @param path as the router knows it: `/agents/:name`, `/docs/*` */
  add(path: string, methods: readonly string[]): void {
    const route = this.#routes.get(path) ?? { pattern: toPattern(path), methods: new Set() };
    for (const method of methods) route.methods.add(method);
    this.#routes.set(path, route);
  }

  /** The methods that a path takes, sorted; none for a path that does not exist. */
  of(path: string): string[] {
    const methods = new Set<string>();
    for (const route of this.#routes.values()) {
      if (route.pattern.test(path)) for (const method of route.methods) methods.add(method);
    }
    return [...methods].toSorted();
  }
}

/** A route with a wildcard takes its methods at any depth; one without knows each of its segments. */
function toPattern(path: string): RegExp {
  const source = path
    .split('/')
    .map((segment) => {
      if (segment === '*') return '.*';
      return segment.startsWith(':') ? '[^/]+' : segment.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    })
    .join('/');
  return new RegExp(`^${source}/?$`);
}
