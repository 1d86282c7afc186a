import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

/** Signatures and field offsets: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const MAX_COMMENT_BYTES = 65_535;

/**
 * The bytes that a ZIP archive unpacks to; anything above `limit` when it is more. It unpacks to find out: the sizes that
 * an archive declares are what a bomb lies about.
 *
 * @throws RangeError or a zlib error when the archive is damaged
 */
export async function unpackedBytes(archive: Buffer, limit: number): Promise<number> {
  const end = findEnd(archive);
  const entries = archive.readUInt16LE(end + 10);
  let total = 0;
  let at = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < entries && total <= limit; entry += 1) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY)
      throw new RangeError('no directory entry where one must be');
    total += await entryBytes(archive, at, limit - total);
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return total;
}

function findEnd(archive: Buffer): number {
  const first = Math.max(0, archive.length - 22 - MAX_COMMENT_BYTES);
  for (let at = archive.length - 22; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new RangeError('no end of directory');
}

async function entryBytes(archive: Buffer, at: number, limit: number): Promise<number> {
  const packedBytes = archive.readUInt32LE(at + 20);
  const header = archive.readUInt32LE(at + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  if (archive.readUInt16LE(at + 10) === 0) return packedBytes;
  try {
    const data = archive.subarray(start, start + packedBytes);
    return (await inflate(data, { maxOutputLength: Math.max(limit, 1) })).length;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return limit + 1;
    throw error;
  }
}
