import type { Contract } from '../../../agents/index.js';
import type { Catalog } from '../../../registry/index.js';

const ACCEPTED = new WeakMap<readonly Contract[], ReadonlySet<string>>();

/** The data types that a capability takes as they come, without members around them. */
export class AcceptedTypes {
  constructor(private readonly catalog: Catalog) {}

  /** A value of a type that is not named here is left to the contract: it may fit one that is wider. */
  has(capability: string | undefined, type: string): boolean {
    if (capability === undefined) return false;
    const entry = this.catalog.index.entry(capability);
    return entry !== undefined && acceptedBy(entry.contracts).has(type);
  }
}

function acceptedBy(contracts: readonly Contract[]): ReadonlySet<string> {
  let accepted = ACCEPTED.get(contracts);
  if (accepted === undefined) {
    accepted = new Set(contracts.flatMap(({ mode, inputs }) => (mode === 'any' ? [...inputs.keys()] : [])));
    ACCEPTED.set(contracts, accepted);
  }
  return accepted;
}
