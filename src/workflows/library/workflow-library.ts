import semver from 'semver';
import { InvalidCursorError, nearestNames, type Cancel, type Clock } from '../../common/index.js';
import type { Page, WorkflowDefinition } from '../../orchestration/index.js';
import { InvalidVersionRangeError, parseAgentReference } from '../../registry/index.js';
import {
  UnknownWorkflowError,
  WorkflowDeclaredError,
  WorkflowInUseError,
  WorkflowVersionExistsError,
} from './library.errors.js';
import type { ScheduleStore } from '../schedules/schedule.store.js';
import { referencesOf } from './references.js';
import type { WorkflowStore } from './workflow.store.js';

/** A version of a workflow. */
export interface LibraryEntry {
  readonly name: string;
  readonly version: string;
  /** The same object as long as nothing changes. */
  readonly definition: WorkflowDefinition;
  /** `declared` in the code of the application, or `stored` from outside. */
  readonly source: 'declared' | 'stored';
  /** Milliseconds since the epoch, of a stored one. */
  readonly createdAt?: number;
}

/** What of a workflow is to be removed, and how. */
export interface WorkflowRemoval {
  /** This one only; default all that are stored. */
  readonly version?: string | undefined;
  readonly force?: boolean;
}

const DEFAULT_VERSION = '1.0.0';

/** Between two tries to read the store after a change that could not be read. */
const RELOAD_DELAY_MS = 1_000;

const NONE: ReadonlyMap<string, LibraryEntry> = new Map();

/**
 * All workflows by name and version: those that the application declares, and those that were stored over REST or from code. A
 * stored version never changes; without a range, the highest version that is no pre-release counts.
 */
export class WorkflowLibrary {
  /** By name, then by version; the lowest version first. Replaced as a whole, never changed. */
  #entries: ReadonlyMap<string, ReadonlyMap<string, LibraryEntry>> = new Map();
  /** What is meant by a name alone. */
  #current: ReadonlyMap<string, LibraryEntry> = new Map();
  #declared: readonly LibraryEntry[] = [];
  readonly #listeners = new Set<() => void>();
  #stopListening: Cancel | undefined;
  #cancelRetry: Cancel | undefined;
  /** Loads follow each other: an older answer never overwrites a newer one. */
  #loading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: WorkflowStore,
    private readonly schedules: Pick<ScheduleStore, 'all'>,
    private readonly clock: Clock,
  ) {}

  /** Takes in what the application declares and what is stored, and goes on to follow the store. */
  async open(declared: readonly WorkflowDefinition[]): Promise<void> {
    this.#declared = declared.map((definition) => ({
      name: definition.name,
      version: definition.version ?? DEFAULT_VERSION,
      definition,
      source: 'declared',
    }));
    this.#stopListening = this.store.onChange(() => void this.#follow());
    await this.#load();
  }

  close(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#cancelRetry?.();
  }

  /** Calls after each change, here or on another node. */
  onChange(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param reference `name` or `name@range` @throws VERSION_RANGE_INVALID */
  find(reference: string): LibraryEntry | undefined {
    const { name, range } = parseAgentReference(reference);
    if (range !== undefined && semver.validRange(range) === null) throw new InvalidVersionRangeError(range);
    if (range === undefined) return this.#current.get(name);
    return this.versions(name).findLast(({ version }) => semver.satisfies(version, range));
  }

  /** @throws WORKFLOW_UNKNOWN with the nearest names or the versions there are; VERSION_RANGE_INVALID */
  get(reference: string): LibraryEntry {
    const entry = this.find(reference);
    if (entry !== undefined) return entry;
    const { name } = parseAgentReference(reference);
    throw this.#unknown(name, reference);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** All versions of a workflow, the lowest first; none of an unknown one. */
  versions(name: string): readonly LibraryEntry[] {
    return [...(this.#entries.get(name) ?? NONE).values()];
  }

  /** The current version of each workflow, by name. The cursor is the last name of a page. @throws CURSOR_INVALID */
  list({ limit, cursor }: { readonly limit: number; readonly cursor?: string }): Page<LibraryEntry> {
    if (cursor !== undefined && !/^[a-z][\w-]*$/i.test(cursor)) throw new InvalidCursorError(cursor);
    const names = this.names().filter((name) => cursor === undefined || name > cursor);
    const items = names.slice(0, limit).map((name) => this.get(name));
    return names.length > limit ? { items, nextCursor: items.at(-1)?.name } : { items };
  }

  /**
   * Stores a version; the same content again is fine.
   * @param definition one that was checked
   * @throws WORKFLOW_VERSION_EXISTS, WORKFLOW_DECLARED
   */
  async save(
    definition: WorkflowDefinition,
  ): Promise<{ readonly entry: LibraryEntry; readonly isNew: boolean }> {
    const { name, version = DEFAULT_VERSION } = definition;
    const known = this.#entries.get(name)?.get(version);
    if (known?.source === 'declared') throw new WorkflowDeclaredError(name, version);
    const isSaved = await this.store.save({ name, version, definition, createdAt: this.clock.now() });
    if (!isSaved) throw new WorkflowVersionExistsError(name, version);
    await this.#load();
    const entry = this.#entries.get(name)?.get(version);
    // Somebody else may have removed it right away.
    if (entry === undefined) throw this.#unknown(name, `${name}@${version}`);
    return { entry, isNew: known === undefined };
  }

  /**
   * Removes one stored version, or all of them. Runs that were started with it go on: they keep what they were started with.
   * @param force also while others would be left without it
   * @throws WORKFLOW_UNKNOWN, WORKFLOW_DECLARED; WORKFLOW_IN_USE while another workflow or a schedule would be left without it
   */
  async remove(name: string, { version, force = false }: WorkflowRemoval = {}): Promise<void> {
    const removed = this.versions(name).filter((entry) => version === undefined || entry.version === version);
    if (removed.length === 0) throw this.#unknown(name, version === undefined ? name : `${name}@${version}`);
    const declared = removed.find(({ source }) => source === 'declared');
    if (declared !== undefined) throw new WorkflowDeclaredError(name, declared.version);
    if (!force) await this.#requireUnused(name, new Set(removed.map((entry) => entry.version)));
    await this.store.remove(name, version);
    await this.#load();
  }

  #unknown(name: string, reference: string): UnknownWorkflowError {
    const versions = this.versions(name).map(({ version }) => version);
    return new UnknownWorkflowError(reference, versions, nearestNames(name, this.names()));
  }

  /** @throws WORKFLOW_IN_USE when others would find no version of the workflow, were these removed */
  async #requireUnused(name: string, removed: ReadonlySet<string>): Promise<void> {
    const left = this.versions(name).filter(({ version }) => !removed.has(version));
    const isOrphan = (reference: string): boolean => {
      const { name: wanted, range } = parseAgentReference(reference);
      const isServed = left.some(({ version }) => range === undefined || semver.satisfies(version, range));
      return wanted === name && !isServed;
    };
    const workflows = [...this.#entries.values()]
      .flatMap((versions) => [...versions.values()])
      .filter((entry) => entry.name !== name && referencesOf(entry.definition).some(isOrphan))
      .map((entry) => `${entry.name}@${entry.version}`);
    const schedules = (await this.schedules.all()).filter(({ workflow }) => isOrphan(workflow));
    if (workflows.length + schedules.length === 0) return;
    throw new WorkflowInUseError(name, { workflows, schedules: schedules.map(({ id }) => id) });
  }

  /** Loads what others changed; when the store cannot be reached, again after a while: nobody would tell of it twice. */
  async #follow(): Promise<void> {
    this.#cancelRetry?.();
    try {
      await this.#load();
    } catch {
      if (this.#stopListening === undefined) return;
      this.#cancelRetry = this.clock.schedule(RELOAD_DELAY_MS, () => void this.#follow());
    }
  }

  #load(): Promise<void> {
    // One that failed does not stop the next.
    this.#loading = this.#loading.catch(() => {}).then(() => this.#loadNow());
    return this.#loading;
  }

  async #loadNow(): Promise<void> {
    const stored = (await this.store.all()).map((workflow): LibraryEntry => ({
      ...workflow,
      source: 'stored',
    }));
    const byName = new Map<string, LibraryEntry[]>();
    // What the code declares wins over what was stored under the same version before.
    for (const entry of [...stored, ...this.#declared]) {
      const others = (byName.get(entry.name) ?? []).filter(({ version }) => version !== entry.version);
      byName.set(entry.name, [...others, this.#sameAs(entry)]);
    }
    const sorted = [...byName].sort(([one], [other]) => (one < other ? -1 : 1));
    this.#entries = new Map(
      sorted.map(([name, entries]) => [
        name,
        new Map(
          entries
            .toSorted((one, other) => semver.compare(one.version, other.version))
            .map((entry) => [entry.version, entry]),
        ),
      ]),
    );
    this.#current = new Map(Array.from(this.#entries, ([name, versions]) => [name, currentOf(versions)]));
    for (const listener of this.#listeners) listener();
  }

  /** A version never changes, so an entry that is known stays the same object. */
  #sameAs(entry: LibraryEntry): LibraryEntry {
    const known = this.#entries.get(entry.name)?.get(entry.version);
    return known?.source === 'stored' && entry.source === 'stored' && known.createdAt === entry.createdAt
      ? known
      : entry;
  }
}

/** As of agents: a pre-release is what is meant only where a range says so, or where there is nothing else. */
function currentOf(versions: ReadonlyMap<string, LibraryEntry>): LibraryEntry {
  const entries = [...versions.values()];
  return (entries.findLast(isStable) ?? entries.at(-1)) as LibraryEntry;
}

function isStable({ version }: LibraryEntry): boolean {
  return semver.prerelease(version) === null;
}
