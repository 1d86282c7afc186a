import type { QuotaGrant, QuotaRequest, QuotaUse } from '../ledger/ledger.types.js';

const NOTHING: QuotaUse = { tokens: 0, costUsd: 0 };

/**
 * What one attempt holds of its quotas. It is settled once both have happened: what it used is known, and the agent's code has
 * ended, or was given up on.
 */
export class QuotaPass {
  #used: QuotaUse | undefined;
  #isOver = false;
  #isSettled = false;

  constructor(
    readonly request: QuotaRequest,
    readonly grant: QuotaGrant,
    private readonly onSettled: (pass: QuotaPass, used: QuotaUse) => void,
  ) {}

  /** What the attempt is recorded with. The first word counts. */
  record(used: QuotaUse): void {
    this.#used ??= used;
    this.#settle();
  }

  /** The agent's code runs no more. */
  end(): void {
    this.#isOver = true;
    this.#settle();
  }

  /** Gives all of it back, for an attempt that was not begun. */
  giveBack(): void {
    this.record(NOTHING);
    this.end();
  }

  #settle(): void {
    if (this.#used === undefined || !this.#isOver || this.#isSettled) return;
    this.#isSettled = true;
    this.onSettled(this, this.#used);
  }
}
