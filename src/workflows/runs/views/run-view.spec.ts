import type { RunStep, StepDefinition } from '../../../orchestration/index.js';
import { MemoryRunStore } from '../../../persistence/index.js';
import { buildRunEngine } from '../../../testing/workflows/run-engine.js';
import { VirtualClock } from '../../../testing/virtual-clock.js';

/** The steps of a run whose agent takes as many milliseconds as its input says, as they are after a while. */
async function stepsAfter(ms: number, ...steps: readonly StepDefinition[]): Promise<readonly RunStep[]> {
  const clock = new VirtualClock();
  const wait = async ({ input }: { readonly input: unknown }) => {
    await clock.delay(input as number);
    return input;
  };
  const { service } = buildRunEngine({ clock, store: new MemoryRunStore(clock), answers: { wait } });
  await service.open();
  const { runId } = await service.start({ name: 'flow', steps });
  await clock.advanceAsync(ms);
  return service.steps(runId);
}

const items: StepDefinition = {
  id: 'each',
  capability: 'wait',
  forEach: { items: [30, 10, 20] },
  input: '${ item }',
};

describe('the steps of a run', () => {
  it.each([5, 15, 25, 35])('stand in the order of their items, whichever ends first (%i ms)', async (ms) => {
    const keys = (await stepsAfter(ms, items, { id: 'then', sleep: '1h' })).map(({ key }) => key);
    expect(keys).toEqual(['each', 'each[0]', 'each[1]', 'each[2]', 'then']);
  });

  it('stand behind the item that they are rounds of', async () => {
    const rounds = { ...items, repeat: { until: '${ iteration == 2 }', max: 2 } };
    const keys = (await stepsAfter(100, rounds)).map(({ key }) => key);
    const of = (item: string): string[] => [item, `${item}#1`, `${item}#2`];
    expect(keys).toEqual(['each', ...of('each[0]'), ...of('each[1]'), ...of('each[2]')]);
  });
});
