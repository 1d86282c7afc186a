/**
 * What of an `AbortSignal` is used to hear that something is to stop; an `AbortSignal` is one.
 * @publicApi
 */
export interface CancelSignal {
  readonly aborted: boolean;
  /** Why, once it has aborted. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
