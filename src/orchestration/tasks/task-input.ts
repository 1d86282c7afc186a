import { InvalidInputError, matchInput, type Contract, type Match } from '../../agents/index.js';
import { MAX_JSON_DEPTH, roughJsonBytes } from '../../common/index.js';
import { ContractMatches } from './contract-matches.js';

const PENDING: Match = { ok: false, issues: [{ path: '$', message: 'is still being validated' }] };

/**
 * The input of one task, as the contracts of its candidates take it.
 *
 * Agents work on copies: what one does to the plain objects and lists of its input reaches neither the caller nor the next
 * attempt. Class instances, buffers and streams are passed on as they are.
 */
export class TaskInput {
  /** How the input matched each contract it was held against. */
  readonly matches = new ContractMatches();
  #isHandedOut = false;
  #roughBytes: number | undefined;

  /** @param inputType says of which data type the input is, where several would do */
  constructor(
    private readonly given: unknown,
    private readonly inputType?: string,
  ) {}

  /** Rough size of the input as JSON, in bytes; worked out when first asked for. */
  get roughBytes(): number {
    return (this.#roughBytes ??= this.given === undefined ? 0 : roughJsonBytes(this.given));
  }

  /** The data type of the input, by the first contract that it fits. */
  get type(): string | undefined {
    return this.matches.findFit()?.type;
  }

  /**
   * Holds the input against contracts that are new. The promise, which never rejects, is there only when a schema takes its
   * time; until then the contract counts as one that the input does not fit.
   */
  match(contracts: readonly Contract[]): Promise<unknown> | undefined {
    let waits: Promise<void>[] | undefined;
    let copy: { readonly of: unknown } | undefined;
    for (let at = 0; at < contracts.length; at += 1) {
      const contract = contracts[at] as Contract;
      if (this.matches.get(contract) !== undefined) continue;
      copy ??= { of: copyOf(this.given) };
      const matching = matchInput(contract, copy.of, this.inputType);
      if (!(matching instanceof Promise)) {
        this.matches.set(contract, matching);
        continue;
      }
      this.matches.set(contract, PENDING);
      (waits ??= []).push(matching.then((match) => this.matches.set(contract, match)));
    }
    return waits && Promise.all(waits);
  }

  /** @throws INPUT_INVALID when the input fits none of the contracts it was held against */
  check(capability: string): void {
    if (this.matches.findFit() !== undefined) return;
    const issues = this.matches.all().flatMap((match) => (match.ok ? [] : match.issues));
    throw new InvalidInputError(`the capability "${capability}"`, issues);
  }

  /** The input for an attempt, validated: what was matched already for the first one, a fresh copy for each further one. */
  handOut(contract: Contract): Match | Promise<Match> {
    const match = this.matches.get(contract) as Match;
    if (this.#isHandedOut) return matchInput(contract, copyOf(this.given), this.inputType);
    this.#isHandedOut = true;
    return match;
  }
}

/** A copy of the plain objects and lists in a value. What nests deeper than any JSON may is left to the schemas to refuse. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return copyPart(value, 0, new Map());
  } catch {
    // A getter or a proxy that throws: the schemas find out.
    return value;
  }
}

function copyPart(part: object, depth: number, copies: Map<object, object>): object {
  if (depth > MAX_JSON_DEPTH || !(Array.isArray(part) || isPlain(part))) return part;
  const known = copies.get(part);
  if (known !== undefined) return known;
  const copy = (Array.isArray(part) ? part.slice() : { ...part }) as Record<string, unknown>;
  copies.set(part, copy);
  for (const key of Object.keys(copy)) {
    const member = copy[key];
    if (typeof member === 'object' && member !== null) copy[key] = copyPart(member, depth + 1, copies);
  }
  return copy;
}

/** Of this realm or another one: its prototype, if any, has none itself. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
