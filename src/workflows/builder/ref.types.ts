import type { Json } from '../../common/index.js';

declare const VALUE: unique symbol;
declare const SINGLE: unique symbol;

/**
 * Stands, while a workflow is written, for a value of type `T` that a run of it will have.
 * @publicApi
 */
export interface Ref<T> {
  /** Never set: carries the type. Only this is compared, so that wiring stays cheap to check. */
  readonly [VALUE]: T;
}

/** A reference that is one expression, and so can be part of another. What `text` makes is none. */
export interface Expression<T> extends Ref<T> {
  readonly [SINGLE]: true;
}

/**
 * A reference with the members of what it stands for: `steps.research.findings`. What may be missing has none, see
 * `present` and `orElse`; neither have lists, see `at`, and values whose type is not known, see `typed`.
 * @publicApi
 */
export type RefTo<T> = Expression<T> & Members<T>;

type Primitive = string | number | boolean | bigint | null | undefined;
/** Tells whether nothing is known of a type. */
export type IsOpen<T> = unknown extends T ? true : Json extends T ? true : false;

type Members<T> =
  IsOpen<T> extends true
    ? unknown
    : null extends T
      ? unknown
      : undefined extends T
        ? unknown
        : MembersOfEach<T>;

type MembersOfEach<T> = T extends Primitive | readonly unknown[]
  ? unknown
  : { readonly [K in keyof T]-?: RefTo<T[K]> };

/**
 * What may be given where a value of type `T` is needed: a reference to one, a literal, or an object or a list of both.
 * @publicApi
 */
export type Wired<T> = IsOpen<T> extends true ? WiredJson : Ref<T> | WiredParts<T>;

type WiredParts<T> = T extends Primitive
  ? T
  : T extends readonly unknown[]
    ? { readonly [K in keyof T]: Wired<T[K]> }
    : // An optional member takes no reference to what may be missing: at run time that is an error, see `orElse`.
      { readonly [K in keyof T]: Wired<Exclude<T[K], undefined>> };

/** {@link Wired} for a value of any type. */
export type WiredJson =
  | Ref<unknown>
  | string
  | number
  | boolean
  | null
  | readonly WiredJson[]
  | { readonly [key: string]: WiredJson };

/** The type of the value that a wired value becomes in a run. */
export type ValueOf<W> =
  W extends Ref<infer T> ? T : W extends Primitive ? W : { -readonly [K in keyof W]: ValueOf<W[K]> };
