import type { Release } from '../../registry/index.js';

/** How long rests last; see `MetricsOptions`. */
export interface RestOptions {
  readonly holdMs: number;
  readonly maxHoldMs: number;
}

/** A capability that a release rests from, or rested from. */
interface Rest {
  reason: string;
  /** On the clock that does not jump; `undefined` when it is over. */
  untilMs: number | undefined;
  /** How many there were of it. */
  count: number;
  /** Epoch milliseconds. */
  returnedAt: number;
}

/** Which releases rest from which capabilities on this node, and for how long. */
export class Rests {
  readonly #byRelease = new WeakMap<Release, Map<string, Rest>>();

  constructor(private readonly options: RestOptions) {}

  /** The capabilities from which a release rests now. */
  of(release: Release): string[] {
    return [...(release.rests?.keys() ?? [])];
  }

  /** When it came back from its last rest, in epoch milliseconds; 0 when it never rested. */
  returnedAt(release: Release, capability: string): number {
    return this.#byRelease.get(release)?.get(capability)?.returnedAt ?? 0;
  }

  /** Keeps a release from tasks of a capability; each rest is twice as long as the one before. */
  begin(
    release: Release,
    capability: string,
    given: { readonly reason: string; readonly nowMs: number },
  ): void {
    const rests = this.#byRelease.get(release) ?? new Map<string, Rest>();
    this.#byRelease.set(release, rests);
    const count = (rests.get(capability)?.count ?? 0) + 1;
    const durationMs = Math.min(this.options.maxHoldMs, this.options.holdMs * 2 ** (count - 1));
    const { reason, nowMs } = given;
    rests.set(capability, { reason, untilMs: nowMs + durationMs, count, returnedAt: 0 });
    this.#apply(release, rests);
  }

  /** Ends the rests that are over; answers of which capabilities. */
  endDue(release: Release, nowMs: number, nowAt: number): string[] {
    const rests = this.#byRelease.get(release) ?? new Map<string, Rest>();
    const due = [...rests].filter(([, { untilMs }]) => untilMs !== undefined && untilMs <= nowMs);
    for (const [, rest] of due) {
      rest.untilMs = undefined;
      rest.returnedAt = nowAt;
    }
    if (due.length > 0) this.#apply(release, rests);
    return due.map(([capability]) => capability);
  }

  /** Forgets all rests of a release: it is out of service, or starts anew. */
  clear(release: Release): void {
    this.#byRelease.delete(release);
    release.rests = undefined;
  }

  #apply(release: Release, rests: ReadonlyMap<string, Rest>): void {
    const resting = [...rests].filter(([, { untilMs }]) => untilMs !== undefined);
    release.rests =
      resting.length === 0 ? undefined : new Map(resting.map(([name, { reason }]) => [name, reason]));
  }
}
