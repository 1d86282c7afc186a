import type { WorkflowDefinition } from '../../orchestration/index.js';
import type { StoredWorkflow, WorkflowStore } from '../../workflows/index.js';

/** A version of a workflow with one step, created at instant 1. */
export function storedWorkflow(
  name: string,
  version: string,
  changes: Partial<WorkflowDefinition> = {},
): StoredWorkflow {
  const definition = {
    name,
    version,
    description: `${name} at ${version}`,
    steps: [{ id: 'only', capability: 'greet', input: { to: '${ input.name }' } }],
    ...changes,
  };
  return { name, version, definition, createdAt: 1 };
}

/**
 * What every {@link WorkflowStore} must do. Call it in a spec beside the store.
 *
 * @param createStores makes an empty store; where several nodes can share one, gives a second view of the same, as another
 * node has it
 */
export function describeWorkflowStore(
  createStores: () => Promise<readonly [store: WorkflowStore, other?: WorkflowStore]>,
): void {
  describe('as a workflow store', () => {
    const storeWith = async (...workflows: readonly StoredWorkflow[]): Promise<WorkflowStore> => {
      const [store] = await createStores();
      for (const workflow of workflows) await store.save(workflow);
      return store;
    };

    const idsIn = async (store: WorkflowStore): Promise<string[]> =>
      (await store.all()).map(({ name, version }) => `${name}@${version}`).toSorted();

    it('is empty at first', async () => {
      const store = await storeWith();
      expect(await store.all()).toEqual([]);
    });

    it('gives back each version as it was saved', async () => {
      const workflows = [
        storedWorkflow('brief', '1.0.0'),
        { ...storedWorkflow('brief', '1.1.0-rc.1'), createdAt: 1_790_000_000_000 },
        storedWorkflow('survey', '1.0.0', {
          input: { to: { type: 'email', optional: true, default: null } },
        }),
      ];
      const store = await storeWith(...workflows);
      const all = [...(await store.all())].sort((a, b) =>
        `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1,
      );
      expect(all).toEqual(workflows);
    });

    it.each([
      ['quotes and line ends', `"'\`\\ \n\r\t $1 %s`],
      ['characters beyond the basic plane', 'é 漢 \u{1f600}'],
      ['a NUL and half a surrogate pair', 'a\u0000b \ud800'],
      ['names that objects inherit', '__proto__'],
    ])('keeps %s', async (_what, odd) => {
      const input = Object.fromEntries([[odd, [odd, { [`x${odd}`]: odd }]]]);
      const workflow = storedWorkflow('brief', '1.0.0', {
        description: odd,
        steps: [{ id: 'only', capability: 'greet', input }],
      });
      const store = await storeWith(workflow);
      expect(JSON.stringify((await store.all())[0]?.definition.steps)).toBe(
        JSON.stringify(workflow.definition.steps),
      );
      expect(await store.save(workflow)).toBe(true);
    });

    it('takes the same content of a version again, and leaves the first instant', async () => {
      const workflow = storedWorkflow('brief', '1.0.0');
      const store = await storeWith(workflow);
      expect(await store.save({ ...workflow, createdAt: 2 })).toBe(true);
      expect(await store.all()).toEqual([workflow]);
    });

    it('knows the same content also when its members come in another order', async () => {
      const { definition, ...rest } = storedWorkflow('brief', '1.0.0');
      const reversed = Object.fromEntries(Object.entries(definition).toReversed());
      const store = await storeWith({ ...rest, definition });
      expect(await store.save({ ...rest, definition: reversed as unknown as WorkflowDefinition })).toBe(true);
    });

    it('does not count a member that is undefined as content', async () => {
      const workflow = storedWorkflow('brief', '1.0.0', { timeout: undefined });
      const store = await storeWith(workflow);
      expect(await store.save(storedWorkflow('brief', '1.0.0'))).toBe(true);
    });

    it('refuses another content for a version that is there, and changes nothing', async () => {
      const workflow = storedWorkflow('brief', '1.0.0');
      const store = await storeWith(workflow);
      expect(await store.save(storedWorkflow('brief', '1.0.0', { description: 'other' }))).toBe(false);
      expect(await store.all()).toEqual([workflow]);
    });

    it('lets one of two win that save different contents of one version at once', async () => {
      const [store, other = store] = await createStores();
      const saved = await Promise.all([
        store.save(storedWorkflow('brief', '1.0.0', { description: 'one' })),
        other.save(storedWorkflow('brief', '1.0.0', { description: 'two' })),
      ]);
      expect(saved.toSorted()).toEqual([false, true]);
      const [kept] = await store.all();
      expect(kept?.definition.description).toBe(saved[0] ? 'one' : 'two');
    });

    it('removes one version', async () => {
      const store = await storeWith(storedWorkflow('brief', '1.0.0'), storedWorkflow('brief', '2.0.0'));
      expect(await store.remove('brief', '1.0.0')).toBe(1);
      expect(await idsIn(store)).toEqual(['brief@2.0.0']);
    });

    it('removes all versions of a name, and no other name', async () => {
      const store = await storeWith(
        storedWorkflow('brief', '1.0.0'),
        storedWorkflow('brief', '2.0.0'),
        storedWorkflow('brief_long', '1.0.0'),
      );
      expect(await store.remove('brief')).toBe(2);
      expect(await idsIn(store)).toEqual(['brief_long@1.0.0']);
    });

    it('removes nothing where there is nothing', async () => {
      const store = await storeWith(storedWorkflow('brief', '1.0.0'));
      expect(await store.remove('survey')).toBe(0);
      expect(await store.remove('brief', '1.0.1')).toBe(0);
      expect(await store.remove('brief', "1.0.0' or 1=1")).toBe(0);
      expect(await idsIn(store)).toEqual(['brief@1.0.0']);
    });

    it('takes a version with another content once the first was removed', async () => {
      const store = await storeWith(storedWorkflow('brief', '1.0.0'));
      await store.remove('brief', '1.0.0');
      expect(await store.save(storedWorkflow('brief', '1.0.0', { description: 'new' }))).toBe(true);
      expect((await store.all())[0]?.definition.description).toBe('new');
    });

    it('tells of what another node saves and removes, until it is told not to', async () => {
      const [store, other] = await createStores();
      if (other === undefined) return;
      const hear = nextCall();
      const cancel = store.onChange(hear.listener);
      // Whoever asks for all after it began to listen misses nothing from then on.
      await store.all();
      let heard = hear.next();
      await other.save(storedWorkflow('brief', '1.0.0'));
      await heard;
      expect(await idsIn(store)).toEqual(['brief@1.0.0']);
      heard = hear.next();
      await other.remove('brief');
      await heard;
      expect(await store.all()).toEqual([]);
      cancel();
      cancel();
    });
  });
}

/** A listener, and a promise of its next call. */
function nextCall(): { listener: () => void; next: () => Promise<void> } {
  let resolveNext = (): void => {};
  return {
    listener: () => resolveNext(),
    next: () =>
      new Promise((resolve) => {
        resolveNext = resolve;
      }),
  };
}
