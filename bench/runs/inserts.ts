import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** The table of the journal, without all else that a run has. */
const TABLE = `
  create table if not exists bench_records (
    run_id uuid, epoch int, seq int, data json, primary key (run_id, epoch, seq)
  )`;
const INSERT_ONE = 'insert into bench_records values ($1, $2, $3, $4)';
const INSERT_MANY = `
  insert into bench_records select * from unnest($1::uuid[], $2::int[], $3::int[], $4::json[])`;

/** Writing a record of each step and nothing else: one by one, or with one statement for all that wait. */
export class Inserts {
  #waiting: {
    readonly seq: number;
    readonly resolve: () => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  #isWriting = false;
  #seq = 0;
  readonly #runId = randomUUID();

  private constructor(
    private readonly clients: readonly pg.Client[],
    /** What each record holds, as JSON. */
    private readonly data: string,
  ) {}

  static async open(url: string, connections: number, data: string): Promise<Inserts> {
    const clients = Array.from({ length: connections }, () => new pg.Client(url));
    for (const client of clients) await client.connect();
    await clients[0]!.query(TABLE);
    return new Inserts(clients, data);
  }

  /** Writes one record. @param lane which connection it goes by */
  async single(lane: number): Promise<void> {
    const values = [this.#runId, 1, (this.#seq += 1), this.data];
    await this.clients[lane % this.clients.length]!.query({ name: 'insert_one', text: INSERT_ONE, values });
  }

  /** Writes one record, together with all that are asked for while a write is under way. */
  shared(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ seq: (this.#seq += 1), resolve, reject });
      if (!this.#isWriting) void this.#writeWaiting();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    // What is asked for in the same turn goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const values = [
        group.map(() => this.#runId),
        group.map(() => 1),
        group.map(({ seq }) => seq),
        group.map(() => this.data),
      ];
      try {
        await this.clients[0]!.query({ name: 'insert_many', text: INSERT_MANY, values });
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isWriting = false;
  }
}
