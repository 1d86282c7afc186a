import type { Db } from 'pg-boss';
import type { Database, SqlSession } from '../../sql/database.js';

const TRANSACTION = /^\s*BEGIN;([\s\S]*);\s*COMMIT;\s*$/;

/**
 * Lets pg-boss reach the database of Cadre, whichever it is.
 *
 * pg-boss sends some transactions as one text. They are taken apart: so one that fails is rolled back by whoever owns the
 * connection, and the rows that come back are those of its last statement.
 */
export function bossDatabase(database: Database): Db {
  return {
    executeSql: async (text, values) => {
      const [, statements] = values?.length ? [] : (TRANSACTION.exec(text) ?? []);
      if (statements === undefined) return { rows: [...(await database.query(text, values))] };
      return { rows: [...(await database.transaction((session) => session.query(statements)))] };
    },
  };
}

/** Names of the statements that pg-boss sends often, by their texts; there are few. */
const names = new Map<string, string>();

/** For statements that pg-boss sends often: each is prepared, once for each connection. */
export function preparedBossDatabase(session: SqlSession): Db {
  return {
    executeSql: async (text, values = []) => {
      let name = names.get(text);
      if (name === undefined) {
        name = `cadre_job_${names.size}`;
        names.set(text, name);
      }
      return { rows: [...(await session.query(text, values, name))] };
    },
  };
}
