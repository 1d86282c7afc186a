import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/**
 * A data directory with an empty PGlite database in it, as Cadre lays it out, at a path that did not exist. Making one takes seconds, so one is kept
 * for the next run, by the version of PGlite that made it.
 */
export async function createPgliteDirectory(dataDir: string): Promise<void> {
  await cp(await ensureTemplate(), dataDir, { recursive: true });
}

async function ensureTemplate(): Promise<string> {
  const index = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest = readFileSync(join(index, '../../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const template = join(tmpdir(), `cadre-pglite-${version}-${userInfo().uid}`);
  if (existsSync(template)) return template;
  const draft = await mkdtemp(`${template}-`);
  // In a process of its own, because it takes a gigabyte of memory for a moment.
  const program = `import { PGlite } from ${JSON.stringify(pathToFileURL(index).href)};
    await (await PGlite.create(process.argv[1])).close();`;
  await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    program,
    join(draft, 'postgres'),
  ]);
  // Another run may have been faster; what it made is the same.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
  return template;
}
