import { InvalidCursorError, messageOf, type Cancel, type Clock, type Logger } from '../../common/index.js';
import { DecisionLog, type Decision, type DecisionPage, type DecisionQuery } from '../../metrics/index.js';
import type { Database } from '../sql/database.js';

/** Milliseconds that a decision waits for others to be written with. */
const WAIT_MS = 500;
const MAX_GROUP = 500;

/** Decisions that wait to be written, at most: while the database is away, older ones are dropped. */
const MAX_WAITING = 10_000;

const WRITE = `
  insert into cadre.decisions (task_id, at, capability, agent, strategy, workflow, tenant, facts)
  select task_id, at, capability, agent, strategy, workflow, tenant, facts::json
  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    with ordinality as row (task_id, at, capability, agent, strategy, workflow, tenant, facts, place)
  order by place`;

const FORGET = `
  delete from cadre.decisions
  where at < $1 or position <= (select max(position) from cadre.decisions) - $2::bigint`;

const OF_TASK = 'select facts from cadre.decisions where task_id = $1 order by position';

const LIST = `
  select position, facts from cadre.decisions
  where position < $1 and at >= $2 and at < $3
    and ($4::text is null or capability = $4) and ($5::text is null or agent = $5)
    and ($6::text is null or strategy = $6) and ($7::text is null or workflow = $7)
    and ($8::text is null or tenant = $8)
  order by position desc limit $9`;

/** What the log works with. */
export interface SqlDecisionLogParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxKept: number;
  readonly keepForMs: number;
}

/**
 * Decisions in the database. They are written in groups, off the way of the task; what waits is lost with the process. Each node
 * removes old ones now and then.
 */
export class SqlDecisionLog extends DecisionLog {
  #waiting: Decision[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;
  #cancelTimer: Cancel | undefined;
  #isClosed = false;
  /** Decisions written since old ones were removed. */
  #written = Infinity;

  constructor(
    private readonly database: Database,
    private readonly parts: SqlDecisionLogParts,
  ) {
    super();
  }

  record(decision: Decision): void {
    if (this.parts.maxKept === 0 || this.#isClosed) return;
    this.#waiting.push(decision);
    if (this.#waiting.length > MAX_WAITING) this.#dropped += this.#waiting.splice(0, MAX_GROUP).length;
    this.#cancelTimer ??= this.parts.clock.schedule(WAIT_MS, () => {
      this.#cancelTimer = undefined;
      void this.settle();
    });
  }

  async ofTask(taskId: string): Promise<readonly Decision[]> {
    await this.settle();
    const rows = await this.database.query<Row>(OF_TASK, [toText(taskId)], 'cadre_decisions_of');
    return rows.map(toDecision);
  }

  async list({ limit, cursor, ...query }: DecisionQuery): Promise<DecisionPage> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(cursor);
    const { fromAt = Number.MIN_SAFE_INTEGER, toAt = Number.MAX_SAFE_INTEGER } = query;
    const names = [query.capability, query.agent, query.strategy, query.workflow, query.tenant];
    const rows = await this.database.query<Row>(
      LIST,
      // One more than wanted tells whether there is a next page.
      [before, Math.ceil(fromAt), Math.ceil(toAt), ...names.map(toText), limit + 1],
      'cadre_decisions_list',
    );
    const page = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? String(page.at(-1)?.position) : null;
    return { items: page.map(toDecision), nextCursor };
  }

  async settle(): Promise<void> {
    await this.#writing;
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    await this.settle();
  }

  async #writeAll(): Promise<void> {
    let group: Decision[] = [];
    try {
      while (this.#waiting.length > 0) {
        group = this.#waiting.splice(0, MAX_GROUP);
        await this.database.query(WRITE, toColumns(group), 'cadre_decisions_write');
        this.#written += group.length;
        group = [];
      }
      await this.#forgetOld();
    } catch (error) {
      // They wait for the next time, which the next decision brings.
      this.#waiting = [...group, ...this.#waiting];
      const { length: waiting } = this.#waiting;
      const dropped = this.#dropped;
      this.parts.logger.warn('choices could not be written', { waiting, dropped, error: messageOf(error) });
    }
  }

  /** Once a tenth more than is to be kept may be there, and when the process starts. */
  async #forgetOld(): Promise<void> {
    const { clock, maxKept, keepForMs } = this.parts;
    if (this.#written < maxKept / 10) return;
    this.#written = 0;
    await this.database.query(FORGET, [clock.now() - keepForMs, maxKept]);
  }
}

interface Row {
  readonly position: number;
  readonly facts: Omit<Decision, 'evidence'> & { readonly evidence?: readonly (number | string)[] };
}

function toColumns(group: readonly Decision[]): unknown[] {
  return [
    group.map(({ taskId }) => taskId),
    group.map(({ at }) => Math.trunc(at)),
    group.map(({ capability }) => capability),
    group.map(({ chosen }) => chosen.agent),
    group.map(({ strategy }) => strategy),
    group.map(({ workflow }) => workflow ?? null),
    group.map(({ tenant }) => toText(tenant)),
    group.map(toFacts),
  ];
}

/** JSON has no numbers that are not finite: they are written as texts. */
function toFacts({ evidence, ...rest }: Decision): string {
  const written = evidence?.map((value) => (Number.isFinite(value) ? value : String(value)));
  return JSON.stringify({ ...rest, evidence: written });
}

function toDecision({ facts }: Row): Decision {
  const { evidence, ...rest } = facts;
  return { ...rest, evidence: evidence?.map(Number) };
}

/** Columns of text hold no NUL, so nothing has a name with one. */
function toText(name: string | undefined): string | null {
  return name?.replaceAll('\u0000', '\u0001') ?? null;
}

function readCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new InvalidCursorError(cursor);
}
