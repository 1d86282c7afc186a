import type { Cancel } from '../../common/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';
import { MemoryScheduleStore, MemoryWorkflowStore } from '../../persistence/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { StoredWorkflow } from './workflow.store.js';
import { WorkflowLibrary } from './workflow-library.js';

/** A workflow with a step that greets, and one for each workflow that it runs. */
function define(name: string, version?: string, runs: readonly string[] = []): WorkflowDefinition {
  const nested = runs.map((workflow) => ({ workflow, input: {} }));
  return { name, ...(version && { version }), steps: [{ capability: 'greet', input: 'x' }, ...nested] };
}

/** A store that other nodes write to as well, and that can be out of reach. */
class SharedStore extends MemoryWorkflowStore {
  isDown = false;
  readonly #listeners = new Set<() => void>();

  override async all(): Promise<readonly StoredWorkflow[]> {
    if (this.isDown) throw new TypeError('out of reach');
    return super.all();
  }

  override onChange(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stores, and tells as if another node had. */
  async saveElsewhere(definition: WorkflowDefinition): Promise<void> {
    await this.save({
      name: definition.name,
      version: definition.version ?? '1.0.0',
      definition,
      createdAt: 7,
    });
    for (const listener of this.#listeners) listener();
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }
}

async function open(
  { declared = [], stored = [] }: { declared?: WorkflowDefinition[]; stored?: WorkflowDefinition[] } = {},
  store = new SharedStore(),
) {
  const clock = new VirtualClock();
  const schedules = new MemoryScheduleStore(clock);
  const library = new WorkflowLibrary(store, schedules, clock);
  await library.open(declared);
  for (const definition of stored) await library.save(definition);
  return { library, store, schedules, clock };
}

const idOf = (entry: { name: string; version: string } | undefined) =>
  entry && `${entry.name}@${entry.version}`;

/** Resolves at the next change that the library tells of. */
const nextChange = (library: WorkflowLibrary): Promise<void> =>
  new Promise((resolve) => {
    const cancel = library.onChange(() => {
      cancel();
      resolve();
    });
  });

describe('WorkflowLibrary', () => {
  describe('finds by name and range', () => {
    const versions = ['1.0.0', '1.2.0', '2.0.0', '2.1.0-rc.1', '10.0.0-beta.2'];
    it.each([
      ['brief', 'brief@2.0.0'],
      ['brief@1', 'brief@1.2.0'],
      ['brief@^1.0.0', 'brief@1.2.0'],
      ['brief@1.0.0', 'brief@1.0.0'],
      ['brief@2.1.0-rc.1', 'brief@2.1.0-rc.1'],
      ['brief@^2.1.0-rc.0', 'brief@2.1.0-rc.1'],
      ['brief@>=10.0.0-beta.1', 'brief@10.0.0-beta.2'],
      ['brief@*', 'brief@2.0.0'],
      ['brief@3', undefined],
      ['briefs', undefined],
    ])('%s means %s', async (reference, expected) => {
      const { library } = await open({ stored: versions.map((version) => define('brief', version)) });
      expect(idOf(library.find(reference))).toBe(expected);
    });
  });

  it('takes a pre-release for the current version where there is nothing else', async () => {
    const { library } = await open({ stored: [define('brief', '1.0.0-a'), define('brief', '1.0.0-b')] });
    expect(idOf(library.find('brief'))).toBe('brief@1.0.0-b');
  });

  it('names what may have been meant', async () => {
    const { library } = await open({ stored: [define('brief')] });
    expect(() => library.get('breif')).toThrow(
      expect.objectContaining({
        code: 'WORKFLOW_UNKNOWN',
        message: expect.stringContaining('Did you mean "brief"?'),
      }),
    );
    expect(() => library.get('brief@^2')).toThrow(/Its versions are 1\.0\.0\./);
    expect(() => library.get('brief@new')).toThrow(
      expect.objectContaining({ code: 'VERSION_RANGE_INVALID' }),
    );
  });

  it('keeps declared and stored versions side by side, the lowest first', async () => {
    const { library } = await open({
      declared: [define('brief', '1.1.0'), define('alone')],
      stored: [define('brief', '1.10.0'), define('brief')],
    });
    expect(library.names()).toEqual(['alone', 'brief']);
    expect(library.versions('brief').map(({ version, source }) => [version, source])).toEqual([
      ['1.0.0', 'stored'],
      ['1.1.0', 'declared'],
      ['1.10.0', 'stored'],
    ]);
    expect(library.versions('none')).toEqual([]);
  });

  it('lets what is declared win over what was stored under its version before', async () => {
    const store = new SharedStore();
    await store.saveElsewhere(define('brief', '1.0.0', ['old']));
    const declared = define('brief', '1.0.0');
    const { library } = await open({ declared: [declared] }, store);
    expect(library.versions('brief')).toEqual([
      { name: 'brief', version: '1.0.0', definition: declared, source: 'declared' },
    ]);
  });

  it('gives the same object as long as nothing changes, also over a reload', async () => {
    const { library, store } = await open({ stored: [define('brief')] });
    const { definition } = library.get('brief');
    const change = nextChange(library);
    await store.saveElsewhere(define('other'));
    await change;
    expect(library.get('brief').definition).toBe(definition);
  });

  it('lists the current version of each, page by page', async () => {
    const { library } = await open({
      stored: ['c', 'a', 'b'].flatMap((name) => [define(name), define(name, '2.0.0')]),
    });
    const first = library.list({ limit: 2 });
    expect(first.items.map(idOf)).toEqual(['a@2.0.0', 'b@2.0.0']);
    const last = library.list({ limit: 2, cursor: first.nextCursor });
    expect(last.items.map(idOf)).toEqual(['c@2.0.0']);
    expect(last.nextCursor).toBeUndefined();
    expect(() => library.list({ limit: 2, cursor: '$' })).toThrow(
      expect.objectContaining({ code: 'CURSOR_INVALID' }),
    );
  });

  describe('save()', () => {
    it('stores a version, and tells whether it is new', async () => {
      const { library, clock } = await open();
      const { entry, isNew } = await library.save(define('brief'));
      expect(isNew).toBe(true);
      expect(entry).toMatchObject({
        name: 'brief',
        version: '1.0.0',
        source: 'stored',
        createdAt: clock.now(),
      });
      expect(library.get('brief')).toBe(entry);
      expect(await library.save(define('brief'))).toEqual({ entry, isNew: false });
    });

    it('refuses another content for a version, and one that is declared', async () => {
      const { library } = await open({ declared: [define('mine')], stored: [define('brief')] });
      await expect(library.save(define('brief', '1.0.0', ['mine']))).rejects.toMatchObject({
        code: 'WORKFLOW_VERSION_EXISTS',
      });
      await expect(library.save(define('mine'))).rejects.toMatchObject({ code: 'WORKFLOW_DECLARED' });
      expect((await library.save(define('mine', '1.1.0'))).isNew).toBe(true);
    });

    it('finds its own version beside one that differs in build metadata only', async () => {
      const { library } = await open({ stored: [define('brief', '1.0.0+a')] });
      expect((await library.save(define('brief', '1.0.0+b'))).entry.version).toBe('1.0.0+b');
    });

    it('says so when somebody removes the version right away', async () => {
      const { library, store } = await open();
      const saved = store.save.bind(store);
      store.save = async (workflow) => (await saved(workflow)) && (await store.remove(workflow.name)) === 1;
      await expect(library.save(define('brief'))).rejects.toMatchObject({ code: 'WORKFLOW_UNKNOWN' });
    });
  });

  describe('remove()', () => {
    it('removes one version or all, and tells', async () => {
      const { library } = await open({
        stored: [define('brief'), define('brief', '2.0.0'), define('other')],
      });
      await library.remove('brief', { version: '2.0.0' });
      expect(idOf(library.find('brief'))).toBe('brief@1.0.0');
      const change = nextChange(library);
      await library.remove('brief');
      await change;
      expect(library.names()).toEqual(['other']);
    });

    it('refuses what is unknown, a range, and what is declared', async () => {
      const { library } = await open({
        declared: [define('mine', '2.0.0')],
        stored: [define('mine', '1.0.0')],
      });
      const refusal = (name: string, version?: string) =>
        library.remove(name, { version }).catch((error: { code: string }) => error.code);
      expect(await refusal('none')).toBe('WORKFLOW_UNKNOWN');
      expect(await refusal('mine', '1')).toBe('WORKFLOW_UNKNOWN');
      expect(await refusal('mine')).toBe('WORKFLOW_DECLARED');
      expect(await refusal('mine', '2.0.0')).toBe('WORKFLOW_DECLARED');
      expect(library.versions('mine')).toHaveLength(2);
    });

    it('refuses while another workflow would be left without it', async () => {
      const { library } = await open({
        declared: [define('mine', '1.0.0', ['part@^1'])],
        stored: [
          define('part', '1.0.0'),
          define('part', '1.1.0'),
          define('part', '2.0.0'),
          define('user', '1.0.0', ['part']),
        ],
      });
      await library.remove('part', { version: '1.0.0' });
      await expect(library.remove('part', { version: '1.1.0' })).rejects.toMatchObject({
        code: 'WORKFLOW_IN_USE',
        details: { usedBy: ['mine@1.0.0'] },
      });
      await library.remove('part', { version: '2.0.0' });
      await expect(library.remove('part')).rejects.toMatchObject({
        details: { usedBy: ['mine@1.0.0', 'user@1.0.0'] },
      });
    });

    it('refuses while a schedule would be left without it', async () => {
      const { library, schedules } = await open({ stored: [define('brief'), define('brief', '2.0.0')] });
      const times = { cron: '0 9 * * *', timezone: 'UTC', createdAt: 0 };
      await schedules.put({ id: 'daily', workflow: 'brief', ...times });
      await schedules.put({ id: 'weekly', workflow: 'brief@^2', ...times });
      await schedules.put({ id: 'other', workflow: 'else', ...times });
      await library.remove('brief', { version: '1.0.0' });
      await expect(library.remove('brief')).rejects.toMatchObject({
        code: 'WORKFLOW_IN_USE',
        message: expect.stringContaining('the schedule daily, the schedule weekly'),
        details: { usedBy: [], schedules: ['daily', 'weekly'] },
      });
      await schedules.remove('daily');
      await schedules.remove('weekly');
      await library.remove('brief');
      expect(library.names()).toEqual([]);
    });

    it('removes what others need when it is forced to', async () => {
      const { library } = await open({ stored: [define('part'), define('user', '1.0.0', ['part'])] });
      await library.remove('part', { force: true });
      expect(library.names()).toEqual(['user']);
    });

    it('looks for users in fallbacks and undos too', async () => {
      const uses = (step: object): WorkflowDefinition => ({
        name: 'user',
        steps: [{ capability: 'greet', ...step }],
      });
      for (const step of [
        { onError: { fallback: { workflow: 'part' } } },
        { compensate: { workflow: 'part' } },
      ]) {
        const { library } = await open({ stored: [define('part'), uses(step)] });
        await expect(library.remove('part')).rejects.toMatchObject({ code: 'WORKFLOW_IN_USE' });
      }
    });
  });

  describe('follows other nodes', () => {
    it('knows what they store, until it is closed', async () => {
      const { library, store } = await open();
      const change = nextChange(library);
      await store.saveElsewhere(define('brief'));
      await change;
      expect(idOf(library.find('brief'))).toBe('brief@1.0.0');
      library.close();
      expect(store.listenerCount).toBe(0);
    });

    it('tries again when the store is out of reach', async () => {
      const { library, store, clock } = await open();
      store.isDown = true;
      await store.saveElsewhere(define('brief'));
      while (clock.pendingTimers === 0) await Promise.resolve();
      expect(library.names()).toEqual([]);
      store.isDown = false;
      const change = nextChange(library);
      clock.advance(1_000);
      await change;
      expect(library.names()).toEqual(['brief']);
    });

    it('gives up trying when it is closed', async () => {
      const { library, store, clock } = await open();
      store.isDown = true;
      await store.saveElsewhere(define('brief'));
      while (clock.pendingTimers === 0) await Promise.resolve();
      library.close();
      expect(clock.pendingTimers).toBe(0);
    });
  });
});
