import { randomUUID } from 'node:crypto';

/** A new globally unique id (UUID version 4, RFC 9562). */
export function newId(): string {
  return randomUUID();
}
