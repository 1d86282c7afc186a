import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { newId, type Cancel, type Clock } from '../../common/index.js';
import { DataDirectoryInUseError } from './data-directory.errors.js';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** How often the holder shows that it lives. */
const HEARTBEAT_MS = 2_000;

/** How long a holder that cannot be seen from here is watched for a heartbeat: five of them. */
const WATCH_MS = 10_000;

/** How long a lock that was taken over is watched for another process that did the same. */
const SETTLE_MS = 100;

interface LockContent extends ProcessIdentity {
  /** Tells this lock from a later one of the same process. */
  readonly id: string;
}

/** The locks that this process holds, whichever copy of the package took them. */
const HELD: Set<string> = ((globalThis as Record<symbol, unknown>)[Symbol.for('cadre.heldLocks')] ??=
  new Set()) as Set<string>;

/**
 * A file that says which process has a directory open.
 *
 * A lock whose process has died is taken over, also when it was killed: on the same host that is seen at once, elsewhere by
 * a heartbeat that stays out for ten seconds. A process that was stopped and goes on is alive all the time.
 */
export class DirectoryLock {
  readonly #file: string;
  readonly #content: LockContent;
  readonly #clock: Clock;
  #cancelHeartbeat: Cancel = () => {};

  private constructor(file: string, content: LockContent, clock: Clock) {
    this.#file = file;
    this.#content = content;
    this.#clock = clock;
  }

  /**
   * @param directory exists already
   * @param onLost told when another process has taken the lock all the same: this one must stop to write
   * @throws DATA_DIRECTORY_IN_USE
   */
  static async acquire(directory: string, clock: Clock, onLost: () => void): Promise<DirectoryLock> {
    const content: LockContent = { ...ownIdentity(), id: newId() };
    const file = `${directory}/lock`;
    const lock = new DirectoryLock(file, content, clock);
    if (!createFile(file, content)) await takeOver(directory, file, content, clock);
    HELD.add(content.id);
    lock.#scheduleHeartbeat(onLost);
    return lock;
  }

  release(): void {
    this.#cancelHeartbeat();
    HELD.delete(this.#content.id);
    if (readLock(this.#file)?.id === this.#content.id) rmSync(this.#file, { force: true });
  }

  #scheduleHeartbeat(onLost: () => void): void {
    this.#cancelHeartbeat = this.#clock.schedule(HEARTBEAT_MS, () => {
      if (readLock(this.#file)?.id !== this.#content.id) {
        HELD.delete(this.#content.id);
        return onLost();
      }
      touch(this.#file, this.#clock.now());
      this.#scheduleHeartbeat(onLost);
    });
  }
}

/** @throws DATA_DIRECTORY_IN_USE */
async function takeOver(directory: string, file: string, content: LockContent, clock: Clock): Promise<void> {
  const holder = await readSettled(file, clock);
  if (holder !== undefined && (await isHeld(holder, file, clock))) {
    throw new DataDirectoryInUseError(directory, holder);
  }
  // Nothing is waited for between looking and replacing, so hardly anybody can come in between; who does is found below.
  const other = readLock(file);
  if (other !== undefined && other.id !== holder?.id) throw new DataDirectoryInUseError(directory, other);
  writeFileSync(`${file}.${content.id}`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${file}.${content.id}`, file);
  await clock.delay(SETTLE_MS);
  const winner = readLock(file);
  if (winner?.id !== content.id) throw new DataDirectoryInUseError(directory, winner ?? content);
}

async function isHeld(holder: LockContent, file: string, clock: Clock): Promise<boolean> {
  const own = ownIdentity();
  const alive = isAlive(holder, own);
  if (alive === undefined) return hasHeartbeat(file, clock);
  // Where the start of a process is not known, another one may have had our pid.
  if (alive && holder.pid === own.pid) return HELD.has(holder.id);
  return alive;
}

async function hasHeartbeat(file: string, clock: Clock): Promise<boolean> {
  const before = modifiedAt(file);
  for (let watchedMs = 0; watchedMs < WATCH_MS; watchedMs += HEARTBEAT_MS) {
    await clock.delay(HEARTBEAT_MS);
    if (modifiedAt(file) !== before) return true;
  }
  return false;
}

/** The content of a lock; waits a moment for one that is just being written. */
async function readSettled(file: string, clock: Clock): Promise<LockContent | undefined> {
  const content = readLock(file);
  if (content !== undefined) return content;
  await clock.delay(SETTLE_MS);
  return readLock(file);
}

function readLock(file: string): LockContent | undefined {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockContent> | null;
    return typeof content?.id === 'string' && typeof content.pid === 'number'
      ? (content as LockContent)
      : undefined;
  } catch {
    return undefined;
  }
}

function createFile(file: string, content: LockContent): boolean {
  try {
    writeFileSync(file, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function touch(file: string, now: number): void {
  try {
    utimesSync(file, now / 1_000, now / 1_000);
  } catch {
    // Gone: the next heartbeat tells.
  }
}

function modifiedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
