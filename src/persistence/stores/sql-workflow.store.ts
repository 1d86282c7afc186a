import { isDeepStrictEqual } from 'node:util';
import { newId, type Cancel } from '../../common/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';
import { WorkflowStore, type StoredWorkflow } from '../../workflows/index.js';
import type { Database } from '../sql/database.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import { Subscription } from '../sql/subscription.js';

const CHANNEL = 'cadre_workflows';

const ALL = 'select name, version, definition, created_at from cadre.workflows order by name, version';

const ADD = `
  with added as (
    insert into cadre.workflows (name, version, definition, created_at) values ($1, $2, $3::json, $4)
    on conflict (name, version) do nothing
    returning name
  )
  select pg_notify('${CHANNEL}', $5) from added`;

const FIND = 'select definition from cadre.workflows where name = $1 and version = $2';

const REMOVE = `
  with removed as (
    delete from cadre.workflows where name = $1 and version = coalesce($2, version) returning name
  )
  select name, pg_notify('${CHANNEL}', $3) from removed`;

/** Stored definitions in the database; a change reaches other nodes at once. */
export class SqlWorkflowStore extends WorkflowStore {
  readonly #database: Database;
  readonly #parts: DatabaseParts;
  /** Tells what this store has announced from what others have. */
  readonly #node = newId();
  readonly #subscriptions = new Set<Subscription>();

  constructor(database: Database, parts: DatabaseParts) {
    super();
    this.#database = database;
    this.#parts = parts;
  }

  async all(): Promise<readonly StoredWorkflow[]> {
    // What comes after this answer is told to listeners, so they listen first.
    await Promise.all(Array.from(this.#subscriptions, ({ attempted }) => attempted));
    const rows = await this.#database.query<Row>(ALL, [], 'cadre_workflows_all');
    return rows.map(({ created_at, ...workflow }) => ({ ...workflow, createdAt: created_at }));
  }

  async save({ name, version, definition, createdAt }: StoredWorkflow): Promise<boolean> {
    const text = JSON.stringify(definition);
    const values = [name, version, text, createdAt, this.#node];
    for (;;) {
      const added = await this.#database.query(ADD, values, 'cadre_workflows_add');
      if (added.length > 0) return true;
      const [present] = await this.#database.query<Pick<Row, 'definition'>>(
        FIND,
        [name, version],
        'cadre_workflows_find',
      );
      // Removed in between: then it can be added.
      if (present !== undefined) return isDeepStrictEqual(present.definition, JSON.parse(text));
    }
  }

  async remove(name: string, version?: string): Promise<number> {
    const values = [name, version, this.#node];
    return (await this.#database.query(REMOVE, values, 'cadre_workflows_remove')).length;
  }

  onChange(listener: () => void): Cancel {
    const subscription = new Subscription(this.#database, this.#parts, CHANNEL, (node) => {
      if (node !== this.#node) listener();
    });
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.cancel();
    };
  }
}

interface Row {
  readonly name: string;
  readonly version: string;
  readonly definition: WorkflowDefinition;
  readonly created_at: number;
}
