import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process it is, so that another one can tell whether it still lives. JSON. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** The namespace that the pid counts in, where the system tells: two containers may have the same host name. */
  readonly space?: string;
  /** When the process was started, where the system tells: pids are given out again. Only equality means something. */
  readonly start?: string;
}

export function ownIdentity(): ProcessIdentity {
  const space = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return { pid: process.pid, host: hostname(), space, start: startOf(process.pid) };
}

/** Whether a process lives; `undefined` when it cannot be seen from here, as that of another host. */
export function isAlive(
  identity: ProcessIdentity,
  seenFrom: ProcessIdentity = ownIdentity(),
): boolean | undefined {
  if (identity.host !== seenFrom.host || identity.space !== seenFrom.space) return undefined;
  if (!exists(identity.pid)) return false;
  const start = startOf(identity.pid);
  return start === undefined || identity.start === undefined || start === identity.start;
}

function exists(processId: number): boolean {
  try {
    // Signal 0 is sent to nobody; it only asks.
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The boot and the clock tick at which a process was started (proc(5), `stat` field 22); on Linux only. */
function startOf(processId: number): string | undefined {
  return quietly(() => {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The second field is the name of the program in parentheses, and may hold blanks and parentheses of its own.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${ticks}`;
  });
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
