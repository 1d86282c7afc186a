import fc from 'fast-check';
import { SeededRandom, SilentLogger } from '../../../common/index.js';
import { MemoryRunStore } from '../../../persistence/index.js';
import { catalogOf } from '../../../testing/builders/catalog-of.js';
import { newRun } from '../../../testing/builders/run-builder.js';
import { TrustingPreparation } from '../../../testing/workflows/run-engine.js';
import { ScriptedExecutor } from '../../../testing/workflows/scripted-executor.js';
import { VirtualClock } from '../../../testing/virtual-clock.js';
import { createRunPlace } from '../create-run-place.js';
import { RunService } from '../run-service.js';

/** A process with a database, which stands in memory here: its runs are in one store or the other. */
function build() {
  const clock = new VirtualClock();
  const preparation = new TrustingPreparation();
  const stores = [new MemoryRunStore(clock), new MemoryRunStore(clock)] as const;
  const [memory, durable] = stores.map((store, index) =>
    createRunPlace({
      store,
      engine: {
        executor: new ScriptedExecutor({}),
        catalog: catalogOf(),
        clock,
        random: new SeededRandom(1),
        logger: new SilentLogger(),
        limits: { maxOutputBytes: 1_000, parkAfterMs: 1_000 },
      },
      compile: (bundle) => preparation.compile(bundle),
      settings: { maxActiveRuns: 1, touchEveryMs: 1_000, isDurable: index === 1 },
    }),
  );
  const service = new RunService({ clock, preparation, memory: memory!, durable, maxPayloadBytes: 1_000 });
  return { service, stores };
}

describe('the list of runs', () => {
  it('has those in memory and those in the database, each once, newest first, whatever the pages', async () => {
    const run = fc.record({ createdAt: fc.nat(5), isDurable: fc.boolean(), isOther: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (runs, limit) => {
          const { service, stores } = build();
          const all: { readonly runId: string; readonly createdAt: number; readonly workflow: string }[] = [];
          for (const { createdAt, isDurable, isOther } of runs) {
            const workflow = isOther ? 'other' : 'brief';
            all.push((await stores[isDurable ? 1 : 0].create(newRun({ createdAt, workflow }))).run);
          }
          const seen: unknown[] = [];
          let cursor: string | undefined;
          do {
            const page = await service.list({ limit, cursor, workflow: 'brief' });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items.map(({ runId }) => runId));
            cursor = page.nextCursor;
            // Does not show on later pages.
            await stores[0].create(newRun({ createdAt: 9, workflow: 'brief' }));
          } while (cursor !== undefined);
          const wanted = all
            .filter(({ workflow }) => workflow === 'brief')
            .sort((a, b) => b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : -1));
          expect(seen).toEqual(wanted.map(({ runId }) => runId));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('offers no next page behind the last run, and refuses a cursor that is none', async () => {
    const { service, stores } = build();
    for (const store of stores) await store.create(newRun());
    expect(await service.list({ limit: 2 })).not.toHaveProperty('nextCursor');
    expect((await service.list({ limit: 1 })).nextCursor).toBeDefined();
    await expect(service.list({ limit: 1, cursor: 'x' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});
