import { buildExecutor, Echo } from '../testing/workflows/build-executor.js';
import { AgentRegistered, AgentUnregistered } from '../registry/index.js';
import { StatusChanged } from '../status/index.js';
import { OrchestrationService } from './orchestration.service.js';
import type { Page, Run, RunEvent } from './runs/run.types.js';
import type { WorkflowList } from './runs/workflow-definition.types.js';
import { WorkflowRunner } from './runs/workflow-runner.js';

const RUN: Run = {
  runId: 'run-1',
  workflow: 'list',
  version: '1.0.0',
  status: 'running',
  durability: 'memory',
  priority: 0,
  createdAt: 0,
  costUsd: 0,
  stepCount: 1,
  waits: [],
};
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
  async retry(...args: unknown[]): Promise<Run> {
    this.calls.push(['retry', ...args]);
    return RUN;
  }
  async signal(...args: unknown[]): Promise<void> {
    this.calls.push(['signal', ...args]);
  }
  async approve(...args: unknown[]): Promise<void> {
    this.calls.push(['approve', ...args]);
  }
  async *events(...args: unknown[]): AsyncIterable<RunEvent> {
    this.calls.push(['events', ...args]);
    yield { id: '1.1.0', type: 'run.started', runId: 'run-1', at: 0, data: {} };
  }
  async get(): Promise<Run> {
    return RUN;
  }
  async steps(): Promise<[]> {
    return [];
  }
  async definition(): Promise<undefined> {
    return undefined;
  }
  async nestedDefinitions(): Promise<Record<string, never>> {
    return {};
  }
  async list(): Promise<Page<Run>> {
    return { items: [] };
  }
  halt(): void {
    this.calls.push(['halt']);
  }
  async close(): Promise<void> {
    this.calls.push(['close']);
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
    await service.retry('run-1');
    await service.signal('run-1', 'paid', 7);
    await service.approve('run-1', 'publish');
    for await (const event of service.events('run-1', '1.0.0')) expect(event.type).toBe('run.started');
    expect(runner.calls).toEqual([
      ['start', LIST, 'hi', undefined],
      ['start', LIST, undefined, undefined],
      ['wait', 'run-1'],
      ['cancel', 'run-1', 'enough'],
      ['retry', 'run-1'],
      ['signal', 'run-1', 'paid', 7],
      ['approve', 'run-1', 'publish', { approved: true }],
      ['events', 'run-1', '1.0.0', undefined],
    ]);
  });

  it('waits for tasks under way before the application stops, then listens no more', async () => {
    const { service, runner, events, live, clock, waitingRoom } = setup();
    const task = service.execute(Echo, 'hi', { whenUnavailable: 'queue' }).catch((error: unknown) => error);
    await clock.advanceAsync(0);
    const stopping = service.beforeApplicationShutdown();
    await clock.advanceAsync(50);
    await stopping;
    expect(await task).toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(runner.calls).toEqual([['halt'], ['close']]);
    service.onApplicationShutdown();
    live.status = 'active';
    events.publish(StatusChanged, undefined as never);
    expect([waitingRoom.waitingFor('echo'), clock.pendingTimers]).toEqual([0, 0]);
  });
});
