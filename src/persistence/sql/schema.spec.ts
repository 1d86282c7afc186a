import { jest } from '@jest/globals';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { createTestDatabase } from '../../testing/databases/postgres-server.js';
import { testParts } from '../../testing/test-parts.js';
import { openDatabase } from '../open-database.js';
import * as schema from './schema.js';

jest.setTimeout(60_000);

/** A line for each column, and one for each index, as people would compare them. */
function describeSchema(): string[] {
  return Object.values(schema)
    .flatMap((part) => (part instanceof PgTable ? [getTableConfig(part)] : []))
    .flatMap(({ name: table, columns, indexes, primaryKeys }) => [
      ...columns.map(({ name, notNull, primary, getSQLType }, index) => {
        const type = getSQLType.call(columns[index]);
        return `${table}.${name} ${type}${notNull || primary ? ' not null' : ''}`;
      }),
      ...indexes.map(({ config }) => `${table}: index ${config.name}`),
      ...primaryKeys.map((key) => `${table}: key ${key.getName()}`),
    ])
    .toSorted();
}

describe('the schema', () => {
  it('is what the migrations make', async () => {
    const database = await openDatabase({ url: await createTestDatabase() }, testParts());
    const rows = await database.query<{ line: string }>(
      `select format('%s.%s %s%s', c.relname, a.attname,
           regexp_replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'),
           case when a.attnotnull then ' not null' else '' end) as line
         from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'cadre'::regnamespace and c.relkind = 'r' and c.relname <> 'migrations'
           and a.attnum > 0 and not a.attisdropped
       union all
       select format('%s: %s %s', t.relname, case when i.indisprimary then 'key' else 'index' end, c.relname)
         from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
         where c.relnamespace = 'cadre'::regnamespace and t.relname <> 'migrations'
           and (not i.indisprimary or i.indnatts > 1)`,
    );
    await database.close();
    expect(rows.map(({ line }) => line).toSorted()).toEqual(describeSchema());
  });
});
