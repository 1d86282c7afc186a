import { jest } from '@jest/globals';
import { createTestDatabase, runSql } from '../../testing/databases/postgres-server.js';
import { testParts } from '../../testing/test-parts.js';
import { PostgresDatabase } from '../postgres/postgres.database.js';
import type { Database } from './database.js';
import { migrate } from './migrate.js';
import { readMigrations, type Migration } from './migrations.js';

jest.setTimeout(60_000);

const { clock } = testParts();

function migration(tag: string, sql: string): Migration {
  return { tag, sql, hash: `hash of ${sql}` };
}

const FIRST = migration('0000_first', 'create table cadre.a (n int); create table cadre.b (n int)');
const SECOND = migration('0001_second', 'alter table cadre.a add column m int');

describe('migrate', () => {
  const open: Database[] = [];
  const connect = (url: string): Database => {
    const database = new PostgresDatabase({ url }, testParts());
    open.push(database);
    return database;
  };
  afterEach(() => Promise.all(open.splice(0).map((database) => database.close())));

  it('applies each migration once', async () => {
    const database = connect(await createTestDatabase());
    expect(await migrate(database, [FIRST], clock)).toBe(1);
    expect(await migrate(database, [FIRST, SECOND], clock)).toBe(1);
    expect(await migrate(database, [FIRST, SECOND], clock)).toBe(0);
    await database.query('insert into cadre.a (n, m) values (1, 2)');
  });

  it('applies the migrations of this version', async () => {
    const database = connect(await createTestDatabase());
    const migrations = readMigrations();
    expect(await migrate(database, migrations, clock)).toBe(migrations.length);
    expect(await migrate(database, migrations, clock)).toBe(0);
  });

  it('lets nodes that start at once wait for each other', async () => {
    const url = await createTestDatabase();
    const counts = await Promise.all(
      Array.from({ length: 5 }, () => migrate(connect(url), [FIRST, SECOND], clock)),
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 2]);
  });

  it('applies all or nothing', async () => {
    const database = connect(await createTestDatabase());
    const broken = migration('0001_broken', 'create table cadre.c (n int); create table cadre.a (n int)');
    await expect(migrate(database, [FIRST, broken], clock)).rejects.toMatchObject({
      code: 'DATABASE_STATEMENT_FAILED',
      details: { sqlState: '42P07' },
    });
    expect(await database.query(`select to_regnamespace('cadre')::text as schema`)).toEqual([
      { schema: null },
    ]);
  });

  it('refuses a database that a later version has changed', async () => {
    const database = connect(await createTestDatabase());
    await migrate(database, [FIRST, SECOND], clock);
    await expect(migrate(database, [FIRST], clock)).rejects.toMatchObject({
      code: 'DATABASE_NEWER',
      details: { migrations: ['0001_second'] },
    });
  });

  it('refuses a database whose migrations were edited since', async () => {
    const database = connect(await createTestDatabase());
    await migrate(database, [FIRST], clock);
    const edited = { ...FIRST, hash: 'another' };
    await expect(migrate(database, [edited, SECOND], clock)).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION_CHANGED',
      details: { migration: '0000_first' },
    });
  });

  it('needs no right to create schemas where an administrator made the schema', async () => {
    const url = await createTestDatabase();
    const role = `limited_${Date.now().toString(36)}`;
    await runSql(
      url,
      `create role ${role} login password 'limited'; create schema cadre authorization ${role}`,
    );
    const database = connect(url.replace('postgres:password@', `${role}:limited@`));
    expect(await migrate(database, [FIRST], clock)).toBe(1);
  });
});
