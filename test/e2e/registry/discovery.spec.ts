import { Inject, Injectable, Module, Scope, type DynamicModule } from '@nestjs/common';
import { LazyModuleLoader, REQUEST } from '@nestjs/core';
import { Agent, Provides, type AgentOptions, type TaskContext } from 'cadre';
import { released, startApp } from './start-app.js';

@Agent('greet')
class GreeterAgent {
  execute(name: string): string {
    return `Hello, ${name}!`;
  }
}

/** A new class of its own for each test that wants to own one. */
function agentClass(options: AgentOptions = {}) {
  @Agent('greet', { name: 'greeter', ...options })
  class FreshAgent {
    execute(name: string): string {
      return `Hello, ${name}!`;
    }
  }
  return FreshAgent;
}

const explode = (): never => {
  throw new TypeError('never ask');
};

describe('discovery', () => {
  it('finds a class among the providers', async () => {
    await using app = await startApp({ providers: [GreeterAgent] });
    expect(released(app)).toEqual(['greeter@1.0.0 active']);
    expect((await app.orchestration.execute('greet', 'Ann')).output).toBe('Hello, Ann!');
    expect(app.logged).toContain('info agents registered');
  });

  it('finds what a useClass, a useFactory, an async one and a useValue provide', async () => {
    const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((name) => agentClass({ name }));
    await using app = await startApp({
      providers: [
        { provide: 'by-class', useClass: A! },
        { provide: 'by-factory', useFactory: () => new B!() },
        { provide: 'by-async-factory', useFactory: async () => new C!() },
        { provide: 'by-value', useValue: new D!() },
      ],
    });
    expect(released(app)).toEqual(['a@1.0.0 active', 'b@1.0.0 active', 'c@1.0.0 active', 'd@1.0.0 active']);
  });

  it('finds an agent with aliases once, and one object under two tokens once', async () => {
    const shared = new (agentClass({ name: 'shared' }))();
    await using app = await startApp({
      providers: [
        GreeterAgent,
        { provide: 'alias', useExisting: GreeterAgent },
        { provide: 'same', useFactory: (greeter: GreeterAgent) => greeter, inject: [GreeterAgent] },
        { provide: 'one', useValue: shared },
        { provide: 'two', useValue: shared },
      ],
    });
    expect(released(app)).toEqual(['greeter@1.0.0 active', 'shared@1.0.0 active']);
  });

  it('finds agents of feature modules and dynamic modules, and one of a shared module once', async () => {
    const Feature = agentClass({ name: 'feature' });
    const Dynamic = agentClass({ name: 'dynamic' });
    @Module({ providers: [Feature], exports: [Feature] })
    class FeatureModule {}
    @Module({ imports: [FeatureModule] })
    class OtherModule {}
    @Module({})
    class DynamicFeatureModule {
      static forRoot(): DynamicModule {
        return { module: DynamicFeatureModule, providers: [Dynamic] };
      }
    }
    await using app = await startApp({
      imports: [FeatureModule, OtherModule, DynamicFeatureModule.forRoot()],
    });
    expect(released(app).sort()).toEqual(['dynamic@1.0.0 active', 'feature@1.0.0 active']);
  });

  it('takes a subclass for an agent only when it is marked itself', async () => {
    const Parent = agentClass({ name: 'parent' });
    @Agent({ name: 'child' })
    class Child extends Parent {
      @Provides('part') part(name: string): string {
        return `Goodbye, ${name}!`;
      }
    }
    class Unmarked extends Parent {}
    await using app = await startApp({ providers: [Child, Unmarked] });
    expect(released(app)).toEqual(['child@1.0.0 active']);
    expect(app.registry.get('child').manifest.capabilities.map(({ capability }) => capability.name)).toEqual([
      'part',
    ]);
  });

  it('leaves a class alone that wants to be registered by hand', async () => {
    const Manual = agentClass({ autoRegister: false });
    await using app = await startApp({ providers: [Manual] });
    expect(released(app)).toEqual([]);
    await app.registry.register(app.module.get(Manual));
    expect(released(app)).toEqual(['greeter@1.0.0 active']);
  });

  it('takes a fake that overrides an agent for the agent', async () => {
    const fake = { execute: (name: string) => `Fake ${name}` };
    await using app = await startApp({
      providers: [GreeterAgent],
      adjust: (builder) => void builder.overrideProvider(GreeterAgent).useValue(fake),
    });
    expect(released(app)).toEqual(['greeter@1.0.0 active']);
    expect((await app.orchestration.execute('greet', 'Ann')).output).toBe('Fake Ann');
  });

  it('finds no agent where a factory makes none', async () => {
    await using app = await startApp({ providers: [{ provide: GreeterAgent, useFactory: () => null }] });
    expect(released(app)).toEqual([]);
  });

  it('lets one fake stand for two agents', async () => {
    const [A, B] = ['a', 'b'].map((name) => agentClass({ name }));
    const fake = { execute: () => 'fake' };
    await using app = await startApp({
      providers: [A!, B!],
      adjust: (builder) => void builder.overrideProvider(A).useValue(fake).overrideProvider(B).useValue(fake),
    });
    expect(released(app)).toEqual(['a@1.0.0 active', 'b@1.0.0 active']);
  });

  it('comes to no harm by providers that cannot be asked', async () => {
    await using app = await startApp({
      providers: [
        GreeterAgent,
        { provide: 'no prototype', useValue: Object.create(null) },
        {
          provide: 'getter',
          useValue: Object.defineProperty({}, 'execute', { get: explode, enumerable: true }),
        },
        { provide: 'trap', useFactory: () => new Proxy({}, { getPrototypeOf: explode }) },
        { provide: 'nothing', useFactory: () => undefined },
        { provide: 'null', useFactory: () => null },
        { provide: 'text', useValue: 'GreeterAgent' },
        { provide: 'class', useValue: GreeterAgent },
      ],
    });
    expect(released(app)).toEqual(['greeter@1.0.0 active']);
  });
});

describe('an agent that is made for each task', () => {
  it('gets the task as its REQUEST when it is request-scoped', async () => {
    @Agent('who', { name: 'scoped', maxConcurrentTasks: 2 })
    @Injectable({ scope: Scope.REQUEST })
    class ScopedAgent {
      static made = 0;
      readonly #taskId: string;
      constructor(@Inject(REQUEST) task: TaskContext) {
        ScopedAgent.made += 1;
        // Throws without a task: nobody may make one merely to look at it.
        this.#taskId = task.taskId.slice();
      }
      execute(_: unknown, task: TaskContext): boolean {
        return this.#taskId === task.taskId;
      }
    }
    await using app = await startApp({ providers: [ScopedAgent] });
    expect([released(app), ScopedAgent.made]).toEqual([['scoped@1.0.0 active'], 0]);
    const results = await Promise.all([1, 2].map((input) => app.orchestration.execute('who', input)));
    expect([results.map(({ output }) => output), ScopedAgent.made]).toEqual([[true, true], 2]);
  });

  it('is a new one each time when it is transient, or depends on something request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Notebook {
      readonly lines: string[] = [];
    }
    @Agent('note', { name: 'dependent' })
    @Injectable()
    class DependentAgent {
      constructor(private readonly notebook: Notebook) {}
      execute(line: string): number {
        return this.notebook.lines.push(line);
      }
    }
    @Agent('count', { name: 'transient' })
    @Injectable({ scope: Scope.TRANSIENT })
    class TransientAgent {
      #count = 0;
      execute(): number {
        this.#count += 1;
        return this.#count;
      }
    }
    await using app = await startApp({ providers: [Notebook, DependentAgent, TransientAgent] });
    for (const name of ['note', 'count', 'note', 'count']) {
      expect((await app.orchestration.execute(name, 'line')).output).toBe(1);
    }
  });

  it('is made with an empty REQUEST for a health check that its class has', async () => {
    @Agent('who', { name: 'scoped' })
    @Injectable({ scope: Scope.REQUEST })
    class ScopedAgent {
      constructor(@Inject(REQUEST) private readonly task: object) {}
      execute(): void {}
      healthCheck() {
        return { healthy: false, message: `request ${JSON.stringify(this.task)}` };
      }
    }
    await using app = await startApp({ providers: [ScopedAgent] });
    expect(app.registry.get('scoped')).toMatchObject({ status: 'failed', health: { message: 'request {}' } });
  });
});

describe('modules that are loaded lazily', () => {
  function lazyModule(options: AgentOptions = {}) {
    const Late = agentClass({ name: 'late', ...options });
    @Module({ providers: [Late] })
    class LazyModule {}
    return LazyModule;
  }

  it('bring their agents with the next look, once', async () => {
    const LazyModule = lazyModule();
    await using app = await startApp({ providers: [GreeterAgent] });
    await app.module.get(LazyModuleLoader).load(() => LazyModule);
    expect(released(app)).toEqual(['greeter@1.0.0 active']);
    expect((await app.registry.discover()).map(({ id }) => id)).toEqual(['late@1.0.0']);
    expect(await app.registry.discover()).toEqual([]);
    expect(released(app)).toEqual(['greeter@1.0.0 active', 'late@1.0.0 active']);
    expect((await app.orchestration.execute('greet', 'Ann', { agent: 'late' })).agent).toBe('late');
  });

  it('are looked at once by two looks at the same time', async () => {
    const LazyModule = lazyModule();
    await using app = await startApp({});
    await app.module.get(LazyModuleLoader).load(() => LazyModule);
    const looks = await Promise.all([app.registry.discover(), app.registry.discover()]);
    expect(looks.map((found) => found.length)).toEqual([1, 0]);
  });

  it('are found again when they were refused', async () => {
    const LazyModule = lazyModule({ dependencies: ['greeter'] });
    await using app = await startApp({});
    await app.module.get(LazyModuleLoader).load(() => LazyModule);
    await expect(app.registry.discover()).rejects.toMatchObject({ code: 'REGISTRATION_REFUSED' });
    await app.registry.register(new GreeterAgent());
    expect((await app.registry.discover()).map(({ id }) => id)).toEqual(['late@1.0.0']);
  });
});
