import {
  isCadreError,
  resolveRetryOptions,
  retryDelayMs,
  type Clock,
  type RandomSource,
} from '../../../common/index.js';

const RETRY = resolveRetryOptions({ delayMs: 50, maxDelayMs: 1_000 });

/** How long a write is tried again while the database cannot be used. */
const PATIENCE_MS = 60_000;

const MAX_BYTES = 8_000_000;

/**
 * Writes members to the database as one.
 * @param isRetry an earlier try was interrupted: it may or may not have been carried out
 * @returns an answer for each member, in their order
 */
export type WriteGroup<Member, Answer> = (
  members: readonly Member[],
  isRetry: boolean,
) => Promise<readonly Answer[]>;

interface Waiting<Member, Answer> {
  readonly member: Member;
  readonly sizeBytes: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Groups writes that are asked for at the same time: what comes while a write is under way goes with the next one, in the
 * order in which it came. What comes alone is written at once.
 *
 * A group that the database could not be asked for is written again until it can, for up to a minute. One that it refuses is
 * written member by member, so that a bad one fails alone.
 */
export class WriteGroups<Member, Answer> {
  #waiting: Waiting<Member, Answer>[] = [];
  #writing: Promise<void> | undefined;

  constructor(
    private readonly write: WriteGroup<Member, Answer>,
    private readonly maxMembers: number,
    private readonly parts: { readonly clock: Clock; readonly random: RandomSource },
  ) {}

  /** @param sizeBytes about how much is to be sent for it */
  add(member: Member, sizeBytes: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ member, sizeBytes, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when nothing is waiting or under way. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What is asked for in the same turn goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writePatiently(this.#nextGroup());
    this.#writing = undefined;
  }

  #nextGroup(): Waiting<Member, Answer>[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(this.#waiting.length, this.maxMembers); count++) {
      bytes += this.#waiting[count]!.sizeBytes;
      if (bytes > MAX_BYTES && count > 0) break;
    }
    return this.#waiting.splice(0, count);
  }

  async #writePatiently(group: readonly Waiting<Member, Answer>[]): Promise<void> {
    const { clock, random } = this.parts;
    const members = group.map(({ member }) => member);
    const givenUpMs = clock.monotonicMs() + PATIENCE_MS;
    for (let failures = 0; ;) {
      try {
        const answers = await this.write(members, failures > 0);
        group.forEach(({ resolve }, index) => resolve(answers[index]!));
        return;
      } catch (error) {
        failures += 1;
        const canPass = isCadreError(error) && error.retryable;
        if (!canPass && group.length > 1) return this.#writeApart(group);
        if (!canPass || clock.monotonicMs() > givenUpMs) return rejectAll(group, error);
        await clock.delay(retryDelayMs(RETRY, failures, random));
      }
    }
  }

  async #writeApart(group: readonly Waiting<Member, Answer>[]): Promise<void> {
    for (const waiting of group) await this.#writePatiently([waiting]);
  }
}

function rejectAll(group: readonly { readonly reject: (reason: unknown) => void }[], error: unknown): void {
  for (const { reject } of group) reject(error);
}
