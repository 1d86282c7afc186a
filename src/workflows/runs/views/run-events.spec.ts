import type { StepDefinition } from '../../../orchestration/index.js';
import { MemoryRunStore } from '../../../persistence/index.js';
import { buildRunEngine } from '../../../testing/workflows/run-engine.js';
import { VirtualClock } from '../../../testing/virtual-clock.js';

const STEPS: readonly StepDefinition[] = [
  { id: 'research', capability: 'research', input: 'tides' },
  { id: 'approve', approval: { message: 'Go on?' } },
  { id: 'write', capability: 'write', input: 'an article' },
];

const answers = {
  research: ({ options }: { readonly options: { onProgress?: (progress: never) => void } }) => {
    options.onProgress?.({ taskId: 't', message: 'reading' } as never);
    return 'found';
  },
  write: () => 'written',
};

describe('the events of a run', () => {
  it('tell of the beginning of a step once, and before all that comes of it, also of a run that was parked', async () => {
    const clock = new VirtualClock();
    const { service, place } = buildRunEngine({ clock, store: new MemoryRunStore(clock), answers });
    await place.host.open();
    const { runId } = await service.start(STEPS);
    await clock.advanceAsync(1_000);
    expect(place.host.activeCount).toBe(0);
    await service.approve(runId, 'approve', { approved: true });
    await service.wait(runId);
    const told: string[] = [];
    for await (const { type, data } of service.events(runId)) {
      told.push([type, data['key']].filter(Boolean).join(' '));
    }
    expect(told).toEqual([
      'run.started',
      'step.started research',
      'step.progress research',
      'step.finished research',
      'step.started approve',
      'step.waiting approve',
      'run.waiting',
      'run.resumed',
      'step.finished approve',
      'step.started write',
      'step.finished write',
      'run.finished',
    ]);
    await service.close();
  });
});
