import type { Cancel } from '../../common/index.js';
import {
  ClusterStore,
  NODE_LIFETIME_MS,
  type ClusterView,
  type HostedRelease,
} from '../../registry/index.js';
import type { Database } from '../sql/database.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import { Subscription } from '../sql/subscription.js';

const CHANNEL = 'cadre_catalog';

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/** Tells whether the node was not known any more: a row that was there has been locked by this statement. */
const BEAT = `
  insert into cadre.nodes (id, seen_at) values ($1, ${NOW})
  on conflict (id) do update set seen_at = excluded.seen_at
  returning xmax = 0 as is_new`;

/** Nodes that died without a word, and what they hosted. */
const SWEEP = `
  with gone as (delete from cadre.nodes where seen_at < ${NOW} - 4 * ${NODE_LIFETIME_MS} returning id)
  delete from cadre.hosted_releases where node in (select id from gone)`;

const KEEP_ONLY = 'delete from cadre.hosted_releases where node = $1 and release <> all($2::text[])';

const HOST = `
  insert into cadre.hosted_releases (node, release, manifest)
  select $1, hosted.release, hosted.manifest::json from unnest($2::text[], $3::text[]) as hosted (release, manifest)
  on conflict (node, release) do update set manifest = excluded.manifest,
    removed_reason = case when excluded.release = any($4::text[]) then null else hosted_releases.removed_reason end
  where hosted_releases.manifest::text <> excluded.manifest::text or excluded.release = any($4::text[])`;

const ELSEWHERE = `
  select hosted.manifest from cadre.hosted_releases hosted
  join cadre.nodes on nodes.id = hosted.node and nodes.seen_at >= ${NOW} - ${NODE_LIFETIME_MS}
  where hosted.node <> $1 and hosted.removed_reason is null
  order by hosted.node, hosted.release`;

const REMOVED = `
  select release, removed_reason as reason from cadre.hosted_releases where node = $1 and removed_reason is not null`;

const REMOVE = `
  update cadre.hosted_releases set removed_reason = $3
  where node <> $1 and release = $2 and removed_reason is null returning node`;

/** Which node hosts what, in the database; a change reaches the others at once. */
export class SqlClusterStore extends ClusterStore {
  readonly isShared = true;
  /** Nodes that speak through this store; they need not hear what they have said. */
  readonly #own = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly parts: DatabaseParts,
  ) {
    super();
  }

  async announce(node: string, releases: readonly HostedRelease[], fresh: readonly string[]): Promise<void> {
    this.#own.add(node);
    const ids = releases.map(({ name, version }) => `${name}@${version}`);
    await this.database.transaction(async (session) => {
      await session.query(BEAT, [node]);
      await session.query(KEEP_ONLY, [node, ids]);
      await session.query(HOST, [node, ids, releases.map((release) => JSON.stringify(release)), fresh]);
      await this.database.notify(CHANNEL, node, session);
    });
    await this.database.query(SWEEP);
  }

  async look(node: string): Promise<ClusterView> {
    const [beat] = await this.database.query<{ is_new: boolean }>(BEAT, [node], 'cadre_cluster_beat');
    const [elsewhere, removed] = await Promise.all([
      this.database.query<{ manifest: HostedRelease }>(ELSEWHERE, [node], 'cadre_cluster_elsewhere'),
      this.database.query<ClusterView['removed'][number]>(REMOVED, [node], 'cadre_cluster_removed'),
    ]);
    const isForgotten = beat?.is_new ?? false;
    return { elsewhere: elsewhere.map(({ manifest }) => manifest), removed, isForgotten };
  }

  async remove(node: string, release: string, reason: string): Promise<void> {
    const changed = await this.database.query(REMOVE, [node, release, reason]);
    if (changed.length > 0) await this.database.notify(CHANNEL, node);
  }

  async leave(node: string): Promise<void> {
    this.#own.delete(node);
    await this.database.transaction(async (session) => {
      await session.query('delete from cadre.hosted_releases where node = $1', [node]);
      await session.query('delete from cadre.nodes where id = $1', [node]);
      await this.database.notify(CHANNEL, node, session);
    });
  }

  onChange(listener: () => void): Cancel {
    const subscription = new Subscription(this.database, this.parts, CHANNEL, (node) => {
      if (!this.#own.has(node)) listener();
    });
    return () => subscription.cancel();
  }
}
