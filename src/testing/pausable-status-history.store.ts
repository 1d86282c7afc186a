import {
  StatusHistoryStore,
  type StatusEntry,
  type StatusHistoryPage,
  type StatusHistoryQuery,
  type StatusTransition,
} from '../status/index.js';

/** A store whose writes hang or fail when a test wants them to, to make races happen on purpose. */
export class PausableStatusHistoryStore extends StatusHistoryStore {
  #gate: Promise<void> | undefined;
  #failure: unknown;
  /** Appends that have been asked for, whether or not they are through. */
  appendsStarted = 0;

  constructor(private readonly target: StatusHistoryStore) {
    super();
  }

  /** Holds back all appends from now on, until the returned function is called. */
  pauseAppends(): () => void {
    let open = (): void => {};
    this.#gate = new Promise((resolve) => (open = resolve));
    return () => {
      this.#gate = undefined;
      open();
    };
  }

  /** Lets the next append fail without adding anything. */
  failNextAppend(error: unknown): void {
    this.#failure = error;
  }

  async append(entry: StatusEntry): Promise<void> {
    await this.#pass();
    await this.target.append(entry);
  }

  override async appendAfter(entry: StatusTransition, lastTransitionId: string | null): Promise<boolean> {
    await this.#pass();
    return this.target.appendAfter(entry, lastTransitionId);
  }

  async #pass(): Promise<void> {
    this.appendsStarted += 1;
    await this.#gate;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  list(query: StatusHistoryQuery): Promise<StatusHistoryPage> {
    return this.target.list(query);
  }

  transitionsSince(release: string, sinceAt: number): Promise<readonly StatusTransition[]> {
    return this.target.transitionsSince(release, sinceAt);
  }

  earliest(release: string): Promise<StatusEntry | undefined> {
    return this.target.earliest(release);
  }
}
