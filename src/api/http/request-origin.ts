import { isIP } from 'node:net';
import { HostRefusedError, OriginRefusedError } from '../api.errors.js';

/** What a request says of where it comes from and whom it is meant for. */
export interface RequestOrigin {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** In the list of allowed hosts: takes every host and every origin. */
export const ANY_HOST = '*';

/** They change nothing, and another site's page cannot read their answers. */
const HARMLESS_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Keeps web pages of other sites away from a server without authentication, which a browser on the same machine or network
 * can reach although the site cannot.
 *
 * - A page whose name was pointed at this machine after it was loaded (DNS rebinding) sends that name as `Host`. Only IP
 *   addresses, `localhost` and the allowed names are taken.
 * - A page that sends its requests here across sites (CSRF) is told by `Sec-Fetch-Site`, in old browsers by `Origin`. What
 *   changes something is refused, unless the page's host is allowed. Whoever is no browser sends neither.
 *
 * After A. Barth, C. Jackson and J. Mitchell, "Robust Defenses for Cross-Site Request Forgery", CCS 2008, and W3C, "Fetch
 * Metadata Request Headers".
 *
 * @param allowedHosts names without port, or `*` for all
 * @throws HOST_REFUSED, ORIGIN_REFUSED
 */
export function checkOrigin({ method, headers }: RequestOrigin, allowedHosts: ReadonlySet<string>): void {
  if (allowedHosts.has(ANY_HOST)) return;
  const host = String(headers['host'] ?? '');
  if (!isTakenHost(host, allowedHosts)) throw new HostRefusedError(host);
  if (HARMLESS_METHODS.has(method)) return;
  const { origin } = headers;
  if (isForeign(origin, headers['sec-fetch-site'], host) && !isAllowedOrigin(origin, allowedHosts)) {
    throw new OriginRefusedError(String(origin));
  }
}

function isTakenHost(host: string, allowedHosts: ReadonlySet<string>): boolean {
  const name = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host);
  const bare = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  return bare === 'localhost' || bare.endsWith('.localhost') || isIP(bare) !== 0 || allowedHosts.has(bare);
}

function isForeign(origin: unknown, site: unknown, host: string): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && parseUrl(origin)?.host !== host.toLowerCase();
}

function isAllowedOrigin(origin: unknown, allowedHosts: ReadonlySet<string>): boolean {
  const url = parseUrl(origin);
  return url !== undefined && allowedHosts.has(url.hostname);
}

function parseUrl(text: unknown): URL | undefined {
  return typeof text === 'string' ? (URL.parse(text) ?? undefined) : undefined;
}
