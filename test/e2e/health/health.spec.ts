import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import {
  Agent,
  BreakerChanged,
  EventBus,
  HealthCheckService,
  Probe,
  RecoveryEnded,
  StatusChanged,
  type HealthReport,
  type Recoverable,
} from 'cadre';
import { startApp } from '../registry/start-app.js';

@Agent('translate', { name: 'polyglot', healthCheckFailureThreshold: 1 })
class PolyglotAgent implements Recoverable {
  keyIsGood = true;
  recoveries = 0;

  recover(): void {
    this.recoveries += 1;
    this.keyIsGood = true;
  }

  execute(text: string): string {
    return text;
  }

  @Probe('credential')
  keyIsAccepted(): HealthReport {
    return { healthy: this.keyIsGood, message: this.keyIsGood ? undefined : '401 from the API' };
  }

  @Probe('dependency')
  dictionaryIsThere(): boolean {
    return true;
  }
}

@Agent('lift', { name: 'fragile', maxConcurrentTasks: 5 })
class FragileAgent {
  isBroken = true;

  execute(load: unknown): unknown {
    if (this.isBroken) throw new RangeError('too heavy');
    return load;
  }
}

describe('health in an application', () => {
  it('is asked by a timer of the application, which ends with it', async () => {
    const app = await startApp({ providers: [PolyglotAgent], imports: [ScheduleModule.forRoot()] });
    const timers = app.module.get(SchedulerRegistry, { strict: false, each: true });
    const ours = timers.filter((registry) => registry.doesExist('interval', 'cadre-health'));
    expect([timers.length, ours.length]).toEqual([2, 1]);
    const beat = ours[0]!.getInterval('cadre-health') as NodeJS.Timeout;
    expect(beat.hasRef()).toBe(false);
    await app[Symbol.asyncDispose]();
    expect(timers.some((registry) => registry.doesExist('interval', 'cadre-health'))).toBe(false);
  });

  it('tells what each probe found, by the service that applications inject', async () => {
    await using app = await startApp({ providers: [PolyglotAgent] });
    const health = app.module.get(HealthCheckService);
    app.module.get(PolyglotAgent).keyIsGood = false;
    expect(await health.check('polyglot')).toMatchObject({
      agent: { status: 'failed', isUnwell: true },
      health: {
        message: 'keyIsAccepted: 401 from the API',
        probes: [
          { name: 'keyIsAccepted', kind: 'credential', healthy: false },
          { name: 'dictionaryIsThere', kind: 'dependency', healthy: true },
        ],
      },
    });
    expect(await health.healthyAgents()).toEqual([]);
  });

  it('is watched without anybody asking', async () => {
    await using app = await startApp({ providers: [PolyglotAgent] });
    app.module.get(PolyglotAgent).keyIsGood = false;
    let failed = (): void => {};
    const failing = new Promise<void>((resolve) => (failed = resolve));
    app.module.get(EventBus).subscribe(StatusChanged, ({ to }) => void (to === 'failed' && failed()));
    // The beat is of the machine's time, what is due of the application's clock.
    const hurry = setInterval(() => void app.clock.advanceAsync(10_000), 100);
    await failing;
    clearInterval(hurry);
    expect(app.registry.get('polyglot')).toMatchObject({ status: 'failed', isAvailable: false });
  });
});

describe('the circuit of an agent in an application', () => {
  it('opens when it fails, and lets the tasks that wait try it when its time is over', async () => {
    await using app = await startApp({ providers: [FragileAgent] });
    const { orchestration, clock } = app;
    const fragile = app.module.get(FragileAgent);
    const circuits = () => app.module.get(HealthCheckService).of('fragile').circuits;
    const states: string[] = [];
    app.module.get(EventBus).subscribe(BreakerChanged, ({ to }) => void states.push(to));
    for (let task = 0; task < 5; task += 1) {
      await expect(orchestration.execute('lift', task)).rejects.toMatchObject({ code: 'AGENT_FAILED' });
    }
    expect(circuits()).toMatchObject([{ capability: 'lift', state: 'open' }]);
    fragile.isBroken = false;
    const waiting = [1, 2, 3].map((task) =>
      orchestration.execute('lift', task, { whenUnavailable: 'queue' }),
    );
    await clock.advanceAsync(6_000);
    expect((await Promise.all(waiting)).map(({ output }) => output)).toEqual([1, 2, 3]);
    expect([circuits(), states]).toEqual([[], ['open', 'half-open', 'closed']]);
  });
});

describe('an agent that failed', () => {
  it('is brought back by itself', async () => {
    await using app = await startApp({ providers: [PolyglotAgent] });
    const polyglot = app.module.get(PolyglotAgent);
    polyglot.keyIsGood = false;
    await app.registry.checkHealth('polyglot');
    expect(app.registry.get('polyglot').status).toBe('failed');
    const recovered = new Promise<boolean>((resolve) =>
      app.module.get(EventBus).subscribe(RecoveryEnded, ({ isRecovered }) => resolve(isRecovered)),
    );
    const hurry = setInterval(() => void app.clock.advanceAsync(10_000), 100);
    expect(await recovered).toBe(true);
    clearInterval(hurry);
    expect(app.registry.get('polyglot')).toMatchObject({ status: 'active', isAvailable: true });
    expect(polyglot.recoveries).toBe(1);
  });
});

describe('health that is switched off', () => {
  it('says so at the start', async () => {
    await using app = await startApp({ providers: [PolyglotAgent], health: { checks: false } });
    expect(app.logged).toContainEqual(expect.stringContaining('scheduled health checks are off'));
  });

  it('is not switched off by a number that nobody understands', async () => {
    await expect(startApp({ health: { checks: { intervalMs: 0 } } })).rejects.toMatchObject({
      code: 'HEALTH_OPTION_INVALID',
    });
  });
});
