import { describeWorkflowStore, storedWorkflow } from '../../testing/contracts/workflow-store.contract.js';
import { MemoryWorkflowStore } from './memory-workflow.store.js';

describe('MemoryWorkflowStore', () => {
  describeWorkflowStore(async () => [new MemoryWorkflowStore()]);

  it('keeps a copy of its own, which nobody can change', async () => {
    const store = new MemoryWorkflowStore();
    const workflow = storedWorkflow('brief', '1.0.0');
    await store.save(workflow);
    (workflow.definition as { description: string }).description = 'changed from outside';
    const [kept] = await store.all();
    expect(kept?.definition.description).toBe('brief at 1.0.0');
    expect(Object.isFrozen(kept?.definition.steps[0])).toBe(true);
  });

  it('has nobody to hear changes from', async () => {
    const store = new MemoryWorkflowStore();
    let calls = 0;
    const cancel = store.onChange(() => calls++);
    await store.save(storedWorkflow('brief', '1.0.0'));
    cancel();
    expect(calls).toBe(0);
  });
});
