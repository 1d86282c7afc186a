import { Test } from '@nestjs/testing';
import { Agent, AgentRegistry, CadreModule, OrchestrationService, type TaskContext } from 'cadre';

/** Works until it is told to stop. */
@Agent('labor', { maxConcurrentTasks: 2 })
class LaborAgent {
  /** What each task was stopped with. */
  readonly stops: unknown[] = [];
  #onBegin = (): void => {};
  readonly hasBegun = new Promise<void>((resolve) => (this.#onBegin = resolve));

  async execute(_input: unknown, { signal }: TaskContext): Promise<never> {
    this.#onBegin();
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        this.stops.push(signal.reason);
        reject(signal.reason as Error);
      }),
    );
  }
}

@Agent('rest')
class RestAgent {
  tasks = 0;
  /** What happens while it rests. */
  meanwhile = async (): Promise<unknown> => undefined;

  async execute(): Promise<string> {
    this.tasks += 1;
    await this.meanwhile();
    return 'rested';
  }
}

async function boot() {
  const app = await Test.createTestingModule({
    imports: [CadreModule.forRoot({ orchestration: { shutdownGraceMs: 0 } })],
    providers: [LaborAgent, RestAgent],
  }).compile();
  await app.init();
  const orchestration = app.get(OrchestrationService);
  return {
    app,
    orchestration,
    labor: app.get(LaborAgent),
    rest: app.get(RestAgent),
    registry: app.get(AgentRegistry),
  };
}

const LABOR_THEN_REST = [{ capability: 'labor', input: 1 }, { capability: 'rest' }];

describe('a run of a list', () => {
  it('that is canceled stops its agent and gives the place back', async () => {
    const { app, orchestration, labor, rest, registry } = await boot();
    const { runId } = await orchestration.start(LABOR_THEN_REST);
    await labor.hasBegun;
    expect(await orchestration.cancel(runId, 'not needed')).toMatchObject({
      status: 'canceled',
      failure: { code: 'RUN_CANCELED', kind: 'canceled' },
    });
    expect(labor.stops).toMatchObject([{ code: 'TASK_CANCELED', cause: { code: 'RUN_CANCELED' } }]);
    expect([registry.get('labor').load.inFlight, rest.tasks]).toEqual([0, 0]);
    await expect(orchestration.cancel(runId)).rejects.toMatchObject({ code: 'RUN_FINISHED' });
    await app.close();
  });

  it('that is under way when the application closes fails, and no other begins', async () => {
    const { app, orchestration, labor, rest } = await boot();
    const running = orchestration.run(LABOR_THEN_REST);
    await labor.hasBegun;
    await app.close();
    expect(await running).toMatchObject({ status: 'failed', failure: { code: 'SHUTTING_DOWN' } });
    expect(rest.tasks).toBe(0);
    await expect(orchestration.start(LABOR_THEN_REST)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('fails at the step whose agent left after the definition was checked', async () => {
    const { app, orchestration, labor, rest, registry } = await boot();
    rest.meanwhile = () => registry.unregister('labor');
    const run = await orchestration.run([{ capability: 'rest', input: 1 }, ...LABOR_THEN_REST]);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'CAPABILITY_UNKNOWN' } });
    expect([labor.stops, rest.tasks]).toEqual([[], 1]);
    await app.close();
  });
});
