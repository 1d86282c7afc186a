import { buildExecutor, Echo } from '../testing/build-executor.js';
import { AgentRegistered, AgentUnregistered } from '../registry/index.js';
import { StatusChanged } from '../status/index.js';
import { OrchestrationService } from './orchestration.service.js';
import type { Page, Run, WorkflowList } from './runs/run.types.js';
import { WorkflowRunner } from './runs/workflow-runner.js';

const RUN: Run = { runId: 'run-1', status: 'running', startedAt: 0, costUsd: 0, stepCount: 1 };
const LIST: WorkflowList = [{ capability: 'echo' }];

/** Notes what it is asked for. */
class NotingRunner extends WorkflowRunner {
  readonly calls: unknown[][] = [];
  async start(...args: unknown[]): Promise<Run> {
    this.calls.push(['start', ...args]);
    return RUN;
  }
  async wait(...args: unknown[]): Promise<Run> {
    this.calls.push(['wait', ...args]);
    return { ...RUN, status: 'succeeded' };
  }
  async cancel(...args: unknown[]): Promise<Run> {
    this.calls.push(['cancel', ...args]);
    return { ...RUN, status: 'canceled' };
  }
  get(): Run {
    return RUN;
  }
  steps(): [] {
    return [];
  }
  list(): Page<Run> {
    return { items: [] };
  }
}

function setup() {
  const bench = buildExecutor({ agents: [{ name: 'a', status: 'maintenance' }], shutdownGraceMs: 50 });
  const runner = new NotingRunner();
  const service = new OrchestrationService(bench.executor, bench.dispatcher, runner, bench.events);
  service.onApplicationBootstrap();
  const [{ release, live }] = bench.built as [(typeof bench.built)[number]];
  return { ...bench, runner, service, release, live };
}

describe('OrchestrationService', () => {
  it('takes a capability by its definition or its name', async () => {
    const { service, live } = setup();
    live.status = 'active';
    expect(await service.execute(Echo, 'hi')).toMatchObject({ output: 'hi' });
    expect(await service.execute('echo', 'hi')).toMatchObject({ output: 'hi' });
    expect(await service.choose(Echo, { strategy: 'first' }, 'hi')).toMatchObject({ chosen: { agent: 'a' } });
  });

  it.each([
    ['changes its status', StatusChanged],
    ['comes', AgentRegistered],
    ['goes', AgentUnregistered],
  ] as const)('lets waiting tasks look again when an agent %s', async (_, event) => {
    const { service, events, live, waitingRoom, clock } = setup();
    const task = service.execute(Echo, 'hi', { whenUnavailable: 'queue' });
    await clock.advanceAsync(5);
    expect(waitingRoom.waitingFor('echo')).toBe(1);
    live.status = 'active';
    events.publish(event as typeof StatusChanged, undefined as never);
    expect(await task).toMatchObject({ status: 'succeeded', queuedMs: 5 });
  });

  it('hands workflows to the runner', async () => {
    const { service, runner } = setup();
    expect(await service.start(LIST, 'hi')).toBe(RUN);
    expect(await service.run(LIST)).toMatchObject({ status: 'succeeded' });
    expect(await service.cancel('run-1', 'enough')).toMatchObject({ status: 'canceled' });
    expect(runner.calls).toEqual([
      ['start', LIST, 'hi'],
      ['start', LIST, undefined],
      ['wait', 'run-1'],
      ['cancel', 'run-1', 'enough'],
    ]);
  });

  it('waits for tasks under way before the application stops, then listens no more', async () => {
    const { service, events, live, clock, waitingRoom } = setup();
    const task = service.execute(Echo, 'hi', { whenUnavailable: 'queue' }).catch((error: unknown) => error);
    await clock.advanceAsync(0);
    const stopping = service.beforeApplicationShutdown();
    await clock.advanceAsync(50);
    await stopping;
    expect(await task).toMatchObject({ code: 'SHUTTING_DOWN' });
    service.onApplicationShutdown();
    live.status = 'active';
    events.publish(StatusChanged, undefined as never);
    expect([waitingRoom.waitingFor('echo'), clock.pendingTimers]).toEqual([0, 0]);
  });
});
