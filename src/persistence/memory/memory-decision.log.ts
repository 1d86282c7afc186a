import { InvalidCursorError } from '../../common/index.js';
import { DecisionLog, type Decision, type DecisionPage, type DecisionQuery } from '../../metrics/index.js';

/** Candidates that are kept for each decision that is, on average; more push out older decisions. */
const CANDIDATES_PER_DECISION = 20;

/**
 * The latest decisions, in the memory of the process: a ring.
 *
 * What is kept for a while costs the garbage collector, and the cache, more than all the rest of recording. Copying it into places
 * that are there already takes longer still.
 */
export class MemoryDecisionLog extends DecisionLog {
  readonly #ring: (Decision | undefined)[] = [];
  /** Decisions ever recorded; the next one's place is this modulo the size of the ring. */
  #count = 0;
  /** Where the oldest one that is kept stands in that count. */
  #oldest = 0;
  #candidates = 0;
  #isClosed = false;

  /** @param maxKept 0 keeps none */
  constructor(private readonly maxKept: number) {
    super();
  }

  record(decision: Decision): void {
    if (this.maxKept === 0 || this.#isClosed) return;
    if (this.#count - this.#oldest === this.maxKept) this.#forgetOldest();
    this.#ring[this.#count % this.maxKept] = decision;
    this.#count += 1;
    this.#candidates += decision.candidates.length;
    const mostCandidates = this.maxKept * CANDIDATES_PER_DECISION;
    while (this.#candidates > mostCandidates && this.#count - this.#oldest > 1) this.#forgetOldest();
  }

  async ofTask(taskId: string): Promise<readonly Decision[]> {
    const found: Decision[] = [];
    for (let position = this.#oldest; position < this.#count; position += 1) {
      const decision = this.#at(position);
      if (decision.taskId === taskId) found.push(decision);
    }
    return found;
  }

  async list({ limit, cursor, ...filter }: DecisionQuery): Promise<DecisionPage> {
    const before = cursor === undefined ? this.#count : Math.min(readCursor(cursor), this.#count);
    const items: Decision[] = [];
    for (let position = before - 1; position >= this.#oldest; position -= 1) {
      const decision = this.#at(position);
      if (!matches(decision, filter)) continue;
      if (items.length === limit) return { items, nextCursor: String(position + 1) };
      items.push(decision);
    }
    return { items, nextCursor: null };
  }

  async settle(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #forgetOldest(): void {
    const place = this.#oldest % this.maxKept;
    this.#candidates -= this.#ring[place]?.candidates.length ?? 0;
    this.#ring[place] = undefined;
    this.#oldest += 1;
  }

  #at(position: number): Decision {
    return this.#ring[position % this.maxKept] as Decision;
  }
}

type Filter = Omit<DecisionQuery, 'limit' | 'cursor'>;

function matches(decision: Decision, { capability, agent, strategy, ...rest }: Filter): boolean {
  const { workflow, tenant, fromAt = -Infinity, toAt = Infinity } = rest;
  return (
    isFor(capability, decision.capability) &&
    isFor(agent, decision.chosen.agent) &&
    isFor(strategy, decision.strategy) &&
    isFor(workflow, decision.workflow) &&
    isFor(tenant, decision.tenant) &&
    decision.at >= fromAt &&
    decision.at < toAt
  );
}

function isFor(wanted: string | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === value;
}

function readCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new InvalidCursorError(cursor);
}
