import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isCadreError, messageOf, type Clock } from '../../common/index.js';
import { DatabaseVersionError } from '../sql/database.errors.js';
import { DataDirectoryError } from './data-directory.errors.js';
import { DirectoryLock } from './directory-lock.js';
import { PgliteThread, spawnPglite } from './pglite-thread.js';

/** The version of PostgreSQL that PGlite is; data of another one cannot be read. */
export const PGLITE_POSTGRES_MAJOR = 18;

/** What is initialized has this name until it is whole: what is left of a start that was killed can never be opened. */
const DRAFT = 'postgres.new-';

/** A data directory that this process has to itself. */
export interface DataDirectory {
  /** Where Postgres keeps its data, inside of it. */
  readonly postgres: string;
  /** Lets other processes have it. */
  release(): void;
}

export interface DataDirectoryOptions {
  readonly dataDir: string;
  /** Whether what is written outlives a loss of power. */
  readonly syncsToDisk: boolean;
}

/**
 * Makes the directory and the database in it where there is none, and locks it.
 *
 * @param onLost told when another process has taken it all the same
 * @throws DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_UNUSABLE, DATABASE_VERSION_UNSUPPORTED
 */
export async function openDataDirectory(
  { dataDir, syncsToDisk }: DataDirectoryOptions,
  clock: Clock,
  onLost: () => void,
): Promise<DataDirectory> {
  const directory = resolve(dataDir);
  let lock: DirectoryLock | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    lock = await DirectoryLock.acquire(directory, clock, onLost);
    const postgres = join(directory, 'postgres');
    if (existsSync(postgres)) checkVersion(directory, postgres);
    else await initialize(directory, postgres, syncsToDisk);
    // PGlite makes files that everybody may write; nobody else gets as far as them.
    chmodSync(postgres, 0o700);
    const held = lock;
    return { postgres, release: () => held.release() };
  } catch (error) {
    lock?.release();
    throw isCadreError(error) ? error : new DataDirectoryError(directory, messageOf(error), error);
  }
}

function checkVersion(directory: string, postgres: string): void {
  const file = join(postgres, 'PG_VERSION');
  if (!existsSync(file)) throw new DataDirectoryError(directory, `${postgres} is no database`);
  const found = readFileSync(file, 'utf8').trim();
  if (found === String(PGLITE_POSTGRES_MAJOR)) return;
  throw new DatabaseVersionError(
    `${directory} holds data of PostgreSQL ${found}, this version of Cadre reads that of ${PGLITE_POSTGRES_MAJOR}`,
    'export the data with the version of Cadre that wrote it and import it with this one, or take another directory',
  );
}

/** In a thread that ends with it, because it takes several hundred megabytes. */
async function initialize(directory: string, postgres: string, syncsToDisk: boolean): Promise<void> {
  for (const name of readdirSync(directory)) {
    if (name.startsWith(DRAFT)) rmSync(join(directory, name), { recursive: true, force: true });
  }
  const draft = join(directory, `${DRAFT}${process.pid}`);
  mkdirSync(draft, { mode: 0o700 });
  const thread = new PgliteThread(
    spawnPglite({ directory: draft, task: 'initialize', syncsToDisk }),
    () => {},
  );
  await thread.ready;
  await thread.ended;
  if (syncsToDisk) await syncTree(draft);
  renameSync(draft, postgres);
  if (syncsToDisk) await syncOne(directory);
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    await syncOne(join(entry.parentPath, entry.name));
  }
  await syncOne(directory);
}

async function syncOne(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
