import type { Cancel } from '../../common/index.js';

interface Session {
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]>;
}

interface Target extends Session {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  listen(channel: string, listener: (payload: string) => void): Promise<Cancel>;
  close(): Promise<void>;
}

/** A database whose statements are counted, and interrupted where a test wants it. */
export class WatchedDatabase implements Target {
  readonly kind = 'postgres' as const;
  /** The names of statements, and `begin` and `commit`. */
  readonly sent: string[] = [];
  #interruption: { readonly of: string; readonly at: 'sending' | 'answering' } | undefined;

  /** @param lost what is said of a connection that was lost */
  constructor(
    private readonly target: Target,
    private readonly lost: () => Error,
  ) {}

  /** The connection is lost when a statement, or a commit, is next sent; or once it is carried out, before the answer. */
  interrupt(of: string, at: 'sending' | 'answering'): void {
    this.#interruption = { of, at };
  }

  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[], name?: string) {
    return this.#watch(name ?? text, () => this.target.query<Row>(text, values, name));
  }

  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    this.sent.push('begin');
    return this.#watch('commit', () =>
      this.target.transaction((session) =>
        work({
          query: <Row>(text: string, values?: readonly unknown[], name?: string) =>
            this.#watch(name ?? text, () => session.query<Row>(text, values, name)),
        }),
      ),
    );
  }

  listen(channel: string, listener: (payload: string) => void): Promise<Cancel> {
    return this.target.listen(channel, listener);
  }

  async notify(channel: string, payload: string, session: Session = this): Promise<void> {
    await session.query('select pg_notify($1, $2)', [channel, payload], 'notify');
  }

  close(): Promise<void> {
    return this.target.close();
  }

  async #watch<T>(what: string, send: () => Promise<T>): Promise<T> {
    this.sent.push(what);
    const interruption = this.#interruption?.of === what ? this.#interruption : undefined;
    if (interruption !== undefined) this.#interruption = undefined;
    if (interruption?.at === 'sending') throw this.lost();
    const answer = await send();
    if (interruption?.at === 'answering') throw this.lost();
    return answer;
  }
}
