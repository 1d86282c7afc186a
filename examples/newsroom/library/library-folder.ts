import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { LibraryFileError } from '../newsroom.errors.js';

/** Kinds of files that can be searched. */
const SEARCHABLE = new Set(['.md', '.markdown', '.txt', '.html', '.htm']);
const MAX_FILES = 2_000;
const MAX_DEPTH = 8;
/** A larger file is no page to read; it is left out of searches. */
const MAX_SEARCHABLE_BYTES = 1_048_576;

/** A file of the library, as a search sees it. */
export interface LibraryFile {
  /** Inside the library folder, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/**
 * A folder of documents and the only door to it. Nothing outside of it is read: symbolic links are not followed, hidden
 * names and `node_modules` do not exist, and where `entries` are given only these names of its first level do.
 */
export class LibraryFolder {
  readonly #folder: string;
  readonly #entries: ReadonlySet<string> | undefined;

  constructor(settings: { readonly folder: string; readonly entries?: readonly string[] }) {
    this.#folder = settings.folder;
    this.#entries = settings.entries && new Set(settings.entries);
  }

  /**
   * The searchable files, by path: at most 2 000, of at most 1 MiB, eight folders deep.
   * @throws LIBRARY_FILE_NOT_FOUND when there is no such folder
   */
  async list(): Promise<LibraryFile[]> {
    const files: LibraryFile[] = [];
    await this.#collect('', 0, files);
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /**
   * The bytes of one file.
   * @throws LIBRARY_PATH_REFUSED for a path that leads out of the library, a link, or a file over `maxBytes`
   * @throws LIBRARY_FILE_NOT_FOUND
   */
  async read(path: string, maxBytes: number): Promise<Buffer> {
    const inside = this.#check(path);
    const root = await this.#root();
    const full = await realpath(join(root, inside)).catch(() => undefined);
    if (full === undefined) {
      throw new LibraryFileError(path, 'not-found', 'does not exist; give a path inside the library folder');
    }
    if (full !== join(root, inside)) {
      throw new LibraryFileError(
        path,
        'input',
        'is a symbolic link or lies behind one; copy the file into the library',
      );
    }
    return this.#readWhole(path, full, maxBytes);
  }

  async #readWhole(path: string, full: string, maxBytes: number): Promise<Buffer> {
    // Not blocking, so that a named pipe cannot hang the reader; no link, should one have come since the check.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(full, flags).catch(() => {
      throw new LibraryFileError(
        path,
        'input',
        'cannot be opened; check that it is a file and who may read it',
      );
    });
    try {
      const { size } = await handle.stat().then((found) => {
        if (found.isFile()) return found;
        throw new LibraryFileError(path, 'input', 'is no file; give the path of a file');
      });
      if (size > maxBytes) {
        throw new LibraryFileError(path, 'input', `has ${size} bytes; at most ${maxBytes} are read`);
      }
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  #check(path: string): string {
    const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
    const isInside =
      segments.length > 0 &&
      segments.every((segment) => isVisible(segment) && !/[\\\0]/.test(segment)) &&
      this.#isEntry(segments[0] as string);
    if (isInside) return segments.join(sep);
    throw new LibraryFileError(
      path,
      'input',
      'is not part of the library; give a path inside the library folder',
    );
  }

  #isEntry(name: string): boolean {
    return this.#entries === undefined || this.#entries.has(name);
  }

  async #root(): Promise<string> {
    try {
      return await realpath(this.#folder);
    } catch {
      throw new LibraryFileError('/', 'not-found', 'cannot be opened; check NEWSROOM_LIBRARY_DIR');
    }
  }

  async #collect(folder: string, depth: number, files: LibraryFile[]): Promise<void> {
    const root = await this.#root();
    const found = await readdir(join(root, folder), { withFileTypes: true });
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MAX_FILES) return;
      if (!isVisible(entry.name) || (depth === 0 && !this.#isEntry(entry.name))) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // Neither is true of a symbolic link.
      if (entry.isDirectory() && depth < MAX_DEPTH) await this.#collect(path, depth + 1, files);
      if (!entry.isFile() || !SEARCHABLE.has(extname(entry.name).toLowerCase())) continue;
      const { size, mtimeMs } = await stat(join(root, path));
      if (size <= MAX_SEARCHABLE_BYTES) files.push({ path, sizeBytes: size, modifiedAt: mtimeMs });
    }
  }
}

function isVisible(name: string): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}
