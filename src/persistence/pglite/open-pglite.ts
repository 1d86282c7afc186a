import type { Database } from '../sql/database.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import { openDataDirectory, type DataDirectoryOptions } from './data-directory.js';
import { spawnPglite } from './pglite-thread.js';
import { PgliteDatabase } from './pglite.database.js';
import { Upkeep } from './upkeep.js';

/**
 * Opens the database of a data directory, which is this process's alone until it is closed.
 * @throws DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_UNUSABLE, DATABASE_VERSION_UNSUPPORTED, DATABASE_UNAVAILABLE
 */
export async function openPglite(options: DataDirectoryOptions, parts: DatabaseParts): Promise<Database> {
  const { clock, logger } = parts;
  const { syncsToDisk } = options;
  const onLost = (): void => {
    logger.error('another process took the data directory; the database is closed', {
      directory: options.dataDir,
    });
    void database.abandon('another process took the data directory');
  };
  const directory = await openDataDirectory(options, clock, onLost);
  const database = new PgliteDatabase(
    () => spawnPglite({ directory: directory.postgres, task: 'serve', syncsToDisk }),
    logger,
    () => {
      upkeep.stop();
      directory.release();
    },
  );
  const upkeep = new Upkeep(database, clock, logger);
  try {
    await database.query('select 1');
  } catch (error) {
    await database.close();
    throw error;
  }
  upkeep.start();
  return database;
}
