import { lookup as resolveName, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AddressRefusedError } from '../newsroom.errors.js';

/** Deprecated site-local and IPv4-compatible addresses, which the library counts as public. */
const MORE_PRIVATE = ['fec0::/10', '::/96'].map((range) => ipaddr.parseCIDR(range));

/**
 * Tells whether an address belongs to the public internet. Private, loopback, link-local, unique-local, multicast,
 * reserved and translated ranges do not; an IPv4 address that is mapped into IPv6 counts as what it is.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return !MORE_PRIVATE.some(([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits));
}

/**
 * Checks what a URL says by itself. `URL` has already written decimal, octal and hexadecimal IPv4 addresses in the usual
 * form. Names are checked when they are resolved, see {@link guardedLookup}.
 *
 * @throws ADDRESS_REFUSED
 */
export function checkUrl(text: string, allowPrivateAddresses: boolean): URL {
  if (!URL.canParse(text)) throw new AddressRefusedError(text, 'it is no URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AddressRefusedError(text, 'only http and https are fetched');
  }
  if (url.username !== '' || url.password !== '') {
    throw new AddressRefusedError(
      `${url.protocol}//…@${url.host}`,
      'it carries a user name or password; leave them out',
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivateAddresses && ipaddr.isValid(host) && !isPublicAddress(host)) throw notPublic(url.origin);
  return url;
}

/**
 * A name resolver for connections that hands out public addresses only. It runs for each connection, on the addresses that
 * are then connected to, so a name that changes its address between check and use gains nothing.
 */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    const first = addresses[0];
    // One private address among public ones is no accident either.
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(notPublic(hostname), '', 0);
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function notPublic(where: string): AddressRefusedError {
  return new AddressRefusedError(
    where,
    'its address is not public; set NEWSROOM_ALLOW_PRIVATE=true to read an intranet',
  );
}
