import type { Contract, Match } from '../../agents/index.js';

/** How an input matched a contract that it fits. */
export type Fit = Extract<Match, { ok: true }>;

/**
 * How an input matched each contract that it was held against, in that order. Nearly always there is one: a `Map` for it alone would
 * take as much memory as all the rest that is kept of a task's input.
 */
export class ContractMatches {
  #contract: Contract | undefined;
  #match: Match | undefined;
  #others: Map<Contract, Match> | undefined;

  get(contract: Contract): Match | undefined {
    return contract === this.#contract ? this.#match : this.#others?.get(contract);
  }

  set(contract: Contract, match: Match): void {
    this.#contract ??= contract;
    if (contract === this.#contract) this.#match = match;
    else (this.#others ??= new Map()).set(contract, match);
  }

  /** The first one that fits. */
  findFit(): Fit | undefined {
    if (this.#match?.ok) return this.#match;
    return this.all().find((match) => match.ok);
  }

  all(): readonly Match[] {
    if (this.#match === undefined) return [];
    return [this.#match, ...(this.#others?.values() ?? [])];
  }
}
