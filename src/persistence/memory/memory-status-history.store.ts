import {
  InvalidStatusInputError,
  StatusHistoryStore,
  type StatusEntry,
  type StatusHistoryPage,
  type StatusHistoryQuery,
  type StatusTransition,
} from '../../status/index.js';

interface Line {
  /** Counts up from 0 within a release; a cursor is the position of the last line on a page. */
  readonly position: number;
  readonly entry: StatusEntry;
}

interface History {
  /** In the order of appending; the first line stays for good, forgotten ones are missing behind it. */
  readonly lines: Line[];
  nextPosition: number;
  hasForgottenTransitions: boolean;
}

/** Fewer could not hold the first entry, the transition in force and a refused one. */
const MIN_ENTRIES = 3;

/**
 * A status history in the memory of the process.
 *
 * It is bounded per release. When a release has more entries, the oldest one behind its first is forgotten, save that a
 * transition stays for as long as refused entries that were made under it do. Releases themselves are never forgotten.
 */
export class MemoryStatusHistoryStore extends StatusHistoryStore {
  readonly #histories = new Map<string, History>();
  readonly #maxEntriesPerRelease: number;

  /**
   * @param maxEntriesPerRelease at least 3; default 10 000
   * @throws STATUS_INPUT_INVALID
   */
  constructor(maxEntriesPerRelease = 10_000) {
    super();
    if (!(maxEntriesPerRelease >= MIN_ENTRIES)) {
      const rule = `a number of at least ${MIN_ENTRIES}`;
      throw new InvalidStatusInputError('maxEntriesPerRelease', maxEntriesPerRelease, rule);
    }
    this.#maxEntriesPerRelease = maxEntriesPerRelease;
  }

  async append(entry: StatusEntry): Promise<void> {
    const history = this.#histories.get(entry.release) ?? {
      lines: [],
      nextPosition: 0,
      hasForgottenTransitions: false,
    };
    this.#histories.set(entry.release, history);
    history.lines.push({ position: history.nextPosition++, entry });
    if (history.lines.length > this.#maxEntriesPerRelease) forgetOne(history);
  }

  async list({ release, cursor, limit, ...filter }: StatusHistoryQuery): Promise<StatusHistoryPage> {
    const before = cursor === undefined ? Infinity : parseCursor(cursor);
    const matching = (this.#histories.get(release)?.lines ?? [])
      .filter(({ position, entry }) => position < before && matches(entry, filter))
      .reverse();
    const page = matching.slice(0, limit);
    return {
      items: page.map(({ entry }) => entry),
      nextCursor: matching.length > limit ? String(page.at(-1)?.position) : null,
    };
  }

  async transitionsSince(release: string, sinceAt: number): Promise<readonly StatusTransition[]> {
    const history = this.#histories.get(release);
    if (history === undefined) return [];
    const transitions = history.lines
      .slice(history.hasForgottenTransitions ? 1 : 0)
      .map(({ entry }) => entry)
      .filter((entry) => entry.kind !== 'refused');
    const inForce = transitions.findLastIndex(({ at }) => at <= sinceAt);
    return transitions.slice(Math.max(inForce, 0));
  }

  async earliest(release: string): Promise<StatusEntry | undefined> {
    return this.#histories.get(release)?.lines[0]?.entry;
  }
}

function forgetOne(history: History): void {
  const [, oldest, next] = history.lines;
  const isNeeded = oldest?.entry.kind !== 'refused' && next?.entry.kind === 'refused';
  const [forgotten] = history.lines.splice(isNeeded ? 2 : 1, 1);
  if (forgotten?.entry.kind !== 'refused') history.hasForgottenTransitions = true;
}

function matches(
  entry: StatusEntry,
  { fromAt = -Infinity, toAt = Infinity, kinds }: Omit<StatusHistoryQuery, 'release' | 'limit'>,
): boolean {
  return entry.at >= fromAt && entry.at <= toAt && (kinds === undefined || kinds.includes(entry.kind));
}

function parseCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new InvalidStatusInputError('cursor', cursor, 'the nextCursor of the page before');
}
