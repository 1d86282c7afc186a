import { findNonJson, jsonPath, messageOf } from '../../common/index.js';
import { DEFINITION_LIMITS } from './definition-limits.js';

/** A frozen copy of a part of a definition, or the first thing in it that cannot be kept. */
export type Copied =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: Refusal };

export interface Refusal {
  readonly code: string;
  /** Within the part: `.input.then`, or nothing for all of it. */
  readonly place: string;
  readonly message: string;
}

/**
 * Copies the parts of one definition, and freezes the copies: what the caller does to its objects later reaches neither the
 * definition nor its runs. The parts share one limit of size, so that one that is too large is refused before it is copied whole.
 */
export class DocumentCopier {
  #bytesLeft: number = DEFINITION_LIMITS.maxBytes;
  #path: PropertyKey[] = [];
  #refusal: Refusal | undefined;

  /** @param depth how many lists and objects stand around the part */
  copy(part: unknown, depth: number): Copied {
    this.#path = [];
    this.#refusal = undefined;
    try {
      const value = this.#copy(part, depth);
      return this.#refusal === undefined ? { ok: true, value } : { ok: false, refusal: this.#refusal };
    } catch (error) {
      // A getter or a proxy runs the caller's code, which may throw.
      return { ok: false, refusal: this.#report('WRONG_TYPE', `cannot be read: ${messageOf(error)}`) };
    }
  }

  #copy(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return this.#copyScalar(value);
    this.#spend(2);
    if (depth >= DEFINITION_LIMITS.maxDepth) {
      return this.#report('DOCUMENT_TOO_DEEP', `nests deeper than ${DEFINITION_LIMITS.maxDepth} levels`);
    }
    if (Array.isArray(value)) return this.#copyList(value, depth);
    if (isPlain(value)) return this.#copyObject(value, depth);
    return this.#report('WRONG_TYPE', String(findNonJson(value)?.reason));
  }

  #copyScalar(value: unknown): unknown {
    this.#spend(typeof value === 'string' ? value.length + 2 : 4);
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    const found = findNonJson(value);
    return found === undefined ? value : this.#report('WRONG_TYPE', found.reason);
  }

  #copyList(list: readonly unknown[], depth: number): unknown {
    const copy: unknown[] = [];
    for (let index = 0; index < list.length && this.#refusal === undefined; index += 1) {
      this.#path.push(index);
      copy.push(this.#copy(list[index], depth + 1));
      this.#path.pop();
    }
    return Object.freeze(copy);
  }

  #copyObject(object: object, depth: number): unknown {
    const members: [string, unknown][] = [];
    for (const [key, member] of Object.entries(object)) {
      // JSON leaves undefined members out, and so do we.
      if (member === undefined) continue;
      this.#spend(key.length + 3);
      this.#path.push(key);
      members.push([key, this.#copy(member, depth + 1)]);
      this.#path.pop();
      if (this.#refusal !== undefined) return undefined;
    }
    // `fromEntries` defines members; an assignment to one named `__proto__` would set the prototype.
    return Object.freeze(Object.fromEntries(members));
  }

  #spend(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) {
      this.#report(
        'DOCUMENT_TOO_LARGE',
        `makes the definition larger than ${DEFINITION_LIMITS.maxBytes} bytes`,
      );
    }
  }

  /** The first refusal counts. */
  #report(code: string, message: string): Refusal {
    this.#refusal ??= { code, place: jsonPath(this.#path).slice(1), message };
    return this.#refusal;
  }
}

/** An object of this realm or another one that has no class: its prototype, if any, has none itself. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
