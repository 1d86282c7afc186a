import type { StepDefinition, WorkflowDefinition } from '../../orchestration/index.js';
import { MemoryScheduleStore, MemoryWorkflowStore } from '../../persistence/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { WorkflowDependents } from './workflow-dependents.js';
import { WorkflowLibrary } from './workflow-library.js';

const define = (name: string, version: string, ...steps: StepDefinition[]): WorkflowDefinition => ({
  name,
  version,
  steps,
});

async function dependentsOf(...definitions: WorkflowDefinition[]) {
  const clock = new VirtualClock();
  const library = new WorkflowLibrary(new MemoryWorkflowStore(), new MemoryScheduleStore(clock), clock);
  const [declared, ...stored] = definitions;
  await library.open(declared === undefined ? [] : [declared]);
  for (const definition of stored) await library.save(definition);
  return new WorkflowDependents(library).all();
}

describe('what workflows need', () => {
  it('is asked for by each declared and stored one, for steps, fallbacks and undos', async () => {
    const declared = define(
      'brief',
      '1.0.0',
      { sleep: '1s' },
      { capability: 'write', agent: 'writer@^1', region: 'eu', tags: ['fine'] },
      { capability: 'print', onError: { fallback: { agent: 'copier' } }, compensate: { capability: 'burn' } },
    );
    const all = await dependentsOf(declared, define('other', '1.0.0', { agent: 'poet' }));
    expect(all).toEqual([
      {
        name: 'the workflow brief@1.0.0',
        demands: [
          { capability: 'write', agent: 'writer@^1', region: 'eu', tags: ['fine'] },
          { capability: 'print' },
          { agent: 'copier' },
          { capability: 'burn' },
        ],
      },
      { name: 'the workflow other@1.0.0', demands: [{ agent: 'poet' }] },
    ]);
  });

  it('is that of the current version, and of those that it runs', async () => {
    const all = await dependentsOf(
      define('part', '1.0.0', { capability: 'old' }),
      define('part', '2.0.0', { capability: 'new' }),
      define(
        'whole',
        '1.0.0',
        { capability: 'a' },
        { capability: 'b', onError: { fallback: { workflow: 'part@1' } } },
      ),
      define('whole', '0.9.0', { capability: 'older' }),
      define('lost', '1.0.0', { workflow: 'nowhere' }, { workflow: 'part' }, { workflow: 'part' }),
    );
    const needs = all.map(({ name, demands }) => [name, demands.map(({ capability }) => capability)]);
    expect(needs).toEqual([
      ['the workflow lost@1.0.0', ['new']],
      ['the workflow part@2.0.0', ['new']],
      ['the workflow whole@1.0.0', ['a', 'b', 'old']],
    ]);
  });
});
