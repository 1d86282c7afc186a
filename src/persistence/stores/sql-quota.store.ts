import { messageOf, newId, type Cancel } from '../../common/index.js';
import {
  QuotaStore,
  type Quota,
  type QuotaAccount,
  type QuotaAnswer,
  type QuotaGrant,
  type QuotaRefusal,
  type QuotaRequest,
  type QuotaUse,
} from '../../quotas/index.js';
import { WriteGroups } from '../runs/journal/write-groups.js';
import type { Database } from '../sql/database.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import { Subscription } from '../sql/subscription.js';
import { QUOTA_LEASE_MS, QuotaCalls } from './quota-calls.js';
import { RecentRefusals } from './recent-refusals.js';

const CHANNEL = 'cadre_quotas';

/** Requests that go to the database together. */
const MAX_GROUP = 200;

/** Three signs of life may be lost before the lease is over. */
const BEAT_MS = QUOTA_LEASE_MS / 4;

const SWEEP_EVERY_MS = 3_600_000;

/** Milliseconds after which an account is forgotten that nobody has used: longer than any period. */
const KEPT_MS = 32 * 86_400_000;

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

const SAVE = `
  with saved as (
    insert into cadre.quotas (id, definition) values ($1, $2::json)
    on conflict (id) do update set definition = excluded.definition returning id
  )
  select pg_notify('${CHANNEL}', $3) from saved`;

const REMOVE = `
  with removed as (delete from cadre.quotas where id = $1 returning id)
  select id, pg_notify('${CHANNEL}', $2) from removed`;

const ACCOUNTS = `
  select account.quota, account.key, account.tokens, account.cost_usd, account.period_at, (
    select coalesce(sum(hold.held), 0) from cadre.quota_holds hold
    join cadre.quota_nodes node on node.id = hold.node and node.until_at >= ${NOW}
    where hold.key = account.key
  )::int as running
  from unnest($1::text[]) as wanted (id) cross join lateral (
    select * from cadre.quota_accounts where quota = wanted.id order by used_at desc limit $2
  ) account`;

/** What nodes held that died without a word, and what nobody has used for long. */
const SWEEPS = [
  `delete from cadre.quota_nodes where until_at < ${NOW} - 4 * ${QUOTA_LEASE_MS}`,
  'delete from cadre.quota_holds hold where not exists (select from cadre.quota_nodes where id = hold.node)',
  `delete from cadre.quota_accounts account where used_at < ${NOW} - ${KEPT_MS}
   and not exists (select from cadre.quota_holds where key = account.key)`,
];

const LEAVE = `
  with gone as (delete from cadre.quota_holds where node = $1)
  delete from cadre.quota_nodes where id = $1`;

/**
 * Quotas in the database, for all nodes. A node has one call under way at most; what is asked meanwhile goes with the next one. So
 * many tasks that wait for quotas cost few statements, and those that ask alone one.
 */
export class SqlQuotaStore extends QuotaStore {
  /** Tells this process from others, and from those before it. */
  readonly #node = newId();
  readonly #calls: QuotaCalls;
  readonly #groups: WriteGroups<QuotaRequest | undefined, QuotaAnswer | undefined>;
  readonly #refusals: RecentRefusals;
  #cancelBeat: Cancel | undefined;
  #cancelSweep: Cancel = () => {};
  #isTelling = false;
  #isClosed = false;

  constructor(
    private readonly database: Database,
    private readonly parts: DatabaseParts,
  ) {
    super();
    this.#calls = new QuotaCalls(database, this.#node);
    this.#refusals = new RecentRefusals(parts.clock);
    this.#groups = new WriteGroups((members, isRetry) => this.#call(members, isRetry), MAX_GROUP, parts);
    void this.#sweep();
  }

  async all(): Promise<readonly Quota[]> {
    const rows = await this.database.query<{ definition: Quota }>(
      'select definition from cadre.quotas',
      [],
      'cadre_quotas_all',
    );
    return rows.map(({ definition }) => definition);
  }

  async save(quota: Quota): Promise<void> {
    await this.database.query(SAVE, [quota.id, JSON.stringify(quota), this.#node], 'cadre_quotas_save');
  }

  async remove(id: string): Promise<boolean> {
    return (await this.database.query(REMOVE, [id, this.#node], 'cadre_quotas_remove')).length > 0;
  }

  onChange(listener: () => void): Cancel {
    const subscription = new Subscription(this.database, this.parts, CHANNEL, (node) => {
      if (node !== this.#node) listener();
    });
    return () => subscription.cancel();
  }

  reserve(request: QuotaRequest): QuotaAnswer | Promise<QuotaAnswer> {
    return this.#refusals.find(request) ?? this.#ask(request);
  }

  peek(request: QuotaRequest): QuotaRefusal | undefined {
    return this.#refusals.find(request);
  }

  settle(request: QuotaRequest, grant: QuotaGrant, used: QuotaUse): void {
    this.#calls.end(request, grant, used);
    this.#refusals.forget(request);
    this.#tell();
  }

  async accounts(quotas: readonly string[], limit: number): Promise<readonly QuotaAccount[]> {
    // What this node has done is to be seen.
    await this.#groups.settle();
    const rows = await this.database.query<AccountRow>(ACCOUNTS, [quotas, limit], 'cadre_quotas_accounts');
    return rows.map(({ cost_usd: costUsd, period_at: periodAt, ...account }) => ({
      ...account,
      costUsd,
      periodAt: periodAt === 0 ? undefined : periodAt,
    }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelBeat?.();
    this.#cancelSweep();
    await this.#groups.settle();
    try {
      await this.database.query(LEAVE, [this.#node]);
    } catch (error) {
      this.parts.logger.debug('quotas are held until the lease is over', { error: messageOf(error) });
    }
  }

  async #ask(request: QuotaRequest): Promise<QuotaAnswer> {
    const answer = (await this.#groups.add(request, JSON.stringify(request).length)) as QuotaAnswer;
    if (answer.isGranted) this.#beatLater();
    else this.#refusals.note(request, answer);
    return answer;
  }

  async #call(
    members: readonly (QuotaRequest | undefined)[],
    isRetry: boolean,
  ): Promise<(QuotaAnswer | undefined)[]> {
    if (members.includes(undefined)) this.#isTelling = false;
    const wanted = members.filter((member) => member !== undefined);
    const answers = (await this.#calls.send(wanted, isRetry)).values();
    return members.map((member) => (member === undefined ? undefined : answers.next().value));
  }

  /** Says what there is to say, with what is asked in the same turn. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    void this.#say();
  }

  async #say(): Promise<void> {
    try {
      await this.#groups.add(undefined, 100);
    } catch (error) {
      // It is said with the next call.
      this.parts.logger.warn('what was used of quotas is not written yet', { error: messageOf(error) });
    }
    this.#beatLater();
  }

  /** As long as this node holds something, or has something to say, it is heard of. */
  #beatLater(): void {
    if (this.#cancelBeat !== undefined || this.#isClosed) return;
    if (!this.#calls.isHolding && !this.#calls.hasNews) return;
    this.#cancelBeat = this.parts.clock.schedule(BEAT_MS, () => {
      this.#cancelBeat = undefined;
      this.#tell();
    });
  }

  /** Never rejects: it is done again in an hour, and other nodes do it too. */
  async #sweep(): Promise<void> {
    this.#cancelSweep = this.parts.clock.schedule(SWEEP_EVERY_MS, () => void this.#sweep());
    try {
      for (const statement of SWEEPS) await this.database.query(statement);
    } catch (error) {
      this.parts.logger.debug('accounts of quotas were not swept', { error: messageOf(error) });
    }
  }
}

interface AccountRow {
  readonly quota: string;
  readonly key: string;
  readonly tokens: number;
  readonly cost_usd: number;
  readonly period_at: number;
  readonly running: number;
}
