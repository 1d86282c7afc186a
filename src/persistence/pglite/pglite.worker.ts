/*
 * The thread that PGlite runs in. It is started as a file of its own: from `dist` as JavaScript, and from `src` by Node, which
 * strips the types. So it imports packages only, and no syntax that has to be compiled.
 */
import { fdatasyncSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, protocol } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** Where the data is and what the thread is started for. */
export interface PgliteWorkerData {
  /** The data directory of Postgres. */
  readonly directory: string;
  /** `initialize` makes the directory and ends. */
  readonly task: 'initialize' | 'serve';
  /** Whether a commit waits until the disk has it. */
  readonly syncsToDisk: boolean;
}

/** A statement with its values as Postgres writes them; without values and name it may be several. */
export interface PgliteRequest {
  readonly id: number;
  readonly text: string;
  readonly values?: readonly (string | null)[];
  readonly name?: string;
}

/** What a statement gave: columns with their types, rows as Postgres writes them. */
export interface PgliteResult {
  /** `SELECT 3`, `COMMIT`. */
  readonly tag: string;
  readonly columns: readonly { readonly name: string; readonly typeId: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Why a statement was refused, in Postgres' words. */
export interface PgliteFailure {
  readonly message: string;
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
}

export type PgliteAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly message: string }
  | { readonly kind: 'result'; readonly id: number; readonly result: PgliteResult }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: PgliteFailure }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string };

/**
 * One connection is all there is, so little memory will do. There is no background process either: see the upkeep of the
 * database, which runs checkpoints and vacuums.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '16MB',
  work_mem: '4MB',
  maintenance_work_mem: '16MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '128MB',
  jit: 'off',
  // As on a server: see PostgresDatabase.
  enable_seqscan: 'off',
  plan_cache_mode: 'force_generic_plan',
  application_name: 'cadre',
};

/** What is read of PGlite's messages of the Postgres protocol. */
interface BackendMessage {
  readonly name: string;
  readonly text?: string;
  readonly fields?: readonly unknown[];
  readonly message?: string;
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
}

type Columns = PgliteResult['columns'];

const { directory, task, syncsToDisk } = workerData as PgliteWorkerData;
const port = parentPort!;
const { serialize } = protocol;
/** Prepared statements and the columns that they give. */
const prepared = new Map<string, Columns>();

function tell(answer: PgliteAnswer): void {
  port.postMessage(answer);
}

/** PGlite's own file system takes fsync for a no-op; this one asks the disk. */
class SyncingFS extends NodeFS {
  override async init(...parameters: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...parameters);
    const syncFile = (stream: { readonly nfd: number }): number => {
      fdatasyncSync(stream.nfd);
      return 0;
    };
    const install = (module: { readonly NODEFS?: unknown }): void => {
      const { stream_ops: operations } = module.NODEFS as { stream_ops: { fsync?: typeof syncFile } };
      operations.fsync = syncFile;
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), install] } };
  }
}

function startPglite(): Promise<PGlite> {
  const settings = Object.entries({ ...SETTINGS, ...(syncsToDisk && { wal_sync_method: 'fsync' }) });
  const base = PGlite.defaultStartParams.filter((parameter) => !(syncsToDisk && parameter === '-F'));
  return PGlite.create({
    fs: syncsToDisk ? new SyncingFS(directory) : new NodeFS(directory),
    startParams: [...base, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
  });
}

/** The messages for a statement: parsed once when it has a name, and at once when it is several. */
function encode({ text, values, name }: PgliteRequest): Uint8Array {
  if (name === undefined && (values === undefined || values.length === 0)) return serialize.query(text);
  const statement = name ?? '';
  const parts = [
    serialize.bind({ statement, values: [...(values ?? [])] }),
    serialize.execute({}),
    serialize.sync(),
  ];
  if (name === undefined || !prepared.has(name)) {
    parts.unshift(
      serialize.parse({ name: statement, text }),
      serialize.describe({ type: 'S', name: statement }),
    );
  }
  return Buffer.concat(parts);
}

/** Puts the messages of an answer together; of several statements, the last one counts. */
function decode(messages: readonly BackendMessage[], known: Columns | undefined): PgliteResult {
  let result: PgliteResult = { tag: '', columns: [], rows: [] };
  let columns: Columns = known ?? [];
  let rows: (readonly (string | null)[])[] = [];
  for (const message of messages) {
    if (message.name === 'rowDescription') columns = columnsOf(message);
    if (message.name === 'dataRow') rows.push((message.fields ?? []) as (string | null)[]);
    if (message.name === 'commandComplete') {
      result = { tag: message.text ?? '', columns, rows };
      columns = [];
      rows = [];
    }
  }
  return result;
}

function columnsOf({ fields = [] }: BackendMessage): Columns {
  return (fields as { readonly name: string; readonly dataTypeID: number }[]).map((field) => ({
    name: field.name,
    typeId: field.dataTypeID,
  }));
}

async function carryOut(pglite: PGlite, request: PgliteRequest): Promise<void> {
  const { id, name } = request;
  try {
    const known = name === undefined ? undefined : prepared.get(name);
    const { messages } = await pglite.execProtocol(encode(request), { throwOnError: false });
    const all = messages as readonly BackendMessage[];
    if (name !== undefined && all.some((message) => message.name === 'parseComplete')) {
      const description = all.find((message) => message.name === 'rowDescription');
      prepared.set(name, description === undefined ? [] : columnsOf(description));
    }
    const error = all.find((message) => message.name === 'error');
    if (error !== undefined) return tell({ kind: 'failure', id, failure: failureOf(error) });
    tell({ kind: 'result', id, result: decode(all, known) });
  } catch (error) {
    tell({ kind: 'failure', id, failure: { message: String(error), code: '58000' } });
  }
}

function failureOf({ message = '', code, constraint, table }: BackendMessage): PgliteFailure {
  return { message, code, constraint, table };
}

async function serve(): Promise<void> {
  const pglite = await startPglite();
  if (task === 'initialize') {
    await pglite.close();
    return tell({ kind: 'ready' });
  }
  pglite.onNotification((channel, payload) => tell({ kind: 'notification', channel, payload }));
  // PGlite takes one statement at a time; those that come meanwhile wait here, in order.
  let last = Promise.resolve();
  port.on('message', (message: PgliteRequest | 'close') => {
    last = last.then(() => (message === 'close' ? close(pglite) : carryOut(pglite, message)));
  });
  tell({ kind: 'ready' });
}

async function close(pglite: PGlite): Promise<void> {
  await pglite.close();
  port.close();
}

serve().catch((error: unknown) => {
  tell({ kind: 'unusable', message: error instanceof Error ? error.message : String(error) });
  port.close();
});
