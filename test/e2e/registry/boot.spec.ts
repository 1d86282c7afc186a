import { Module } from '@nestjs/common';
import { Agent, capability, dataType, Provides, RegistrationError, StatusService, Tool } from 'cadre';
import { z } from 'zod';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';
import { bootErrorOf, released, startApp } from './start-app.js';

const Query = dataType('query', z.string());
const Hits = dataType('hits', z.array(z.string()));
const Search = capability({ name: 'search', description: 'Looks it up.', input: Query, output: Hits });

@Agent('greet', { name: 'sick' })
class SickAgent {
  execute(): void {}
  healthCheck() {
    return { healthy: false, message: 'no credit' };
  }
}

@Agent('greet', { name: 'well' })
class WellAgent {
  execute(): string {
    return 'hello';
  }
}

describe('a boot with wrong wiring', () => {
  it('fails with one error that lists the violations of all agents', async () => {
    @Agent(Search, { name: 'no_handler' } as object as never)
    class NoHandlerAgent {
      execute = undefined as never;
    }
    @Agent({ name: 'Bad Name', version: 'newest', maxConcurrentTasks: 0 })
    class BadAgent {}
    @Agent({ name: 'lonely', dependencies: ['nobody', 'lonely'] })
    class LonelyAgent {}
    @Agent({ name: 'other' })
    class OtherAgent {
      @Provides({ name: 'search', description: 'Another one.', input: z.number(), output: Hits })
      search(): string[] {
        return [];
      }
    }
    @Agent(Search, { name: 'first' })
    class FirstAgent {
      execute(): string[] {
        return [];
      }
    }
    const providers = [FirstAgent, NoHandlerAgent, BadAgent, LonelyAgent, OtherAgent];
    const error = (await bootErrorOf({ providers })) as RegistrationError;
    expect(error).toBeInstanceOf(RegistrationError);
    expect(error.violations.map(({ code, agent }) => `${code} ${agent}`)).toEqual([
      'HANDLER_MISSING no_handler@1.0.0',
      'AGENT_NAME_INVALID Bad Name@newest',
      'AGENT_VERSION_INVALID Bad Name@newest',
      'AGENT_OPTION_INVALID Bad Name@newest',
      'DEPENDENCY_UNKNOWN lonely@1.0.0',
      'DEPENDENCY_CIRCULAR lonely@1.0.0',
      'CONTRACT_CONFLICT other@1.0.0',
    ]);
    for (const { message } of error.violations) expect(error.message).toContain(message);
  });

  it('fails for one class in two modules, which is two agents of one name', async () => {
    @Module({ providers: [WellAgent] })
    class OneModule {}
    @Module({ providers: [WellAgent] })
    class TwoModule {}
    expect(await bootErrorOf({ imports: [OneModule, TwoModule] })).toMatchObject({
      violations: [{ code: 'AGENT_DUPLICATE', agent: 'well@1.0.0' }],
    });
  });

  it('fails for conflicting contracts, unless they shall only be warned of', async () => {
    @Agent(Search, { name: 'one' })
    class OneAgent {
      execute(): string[] {
        return [];
      }
    }
    const Other = capability({ name: 'search', description: 'Another one.', input: Query, output: Query });
    @Agent(Other, { name: 'two' })
    class TwoAgent {
      execute(query: string): string {
        return query;
      }
    }
    const providers = [OneAgent, TwoAgent];
    expect(await bootErrorOf({ providers })).toMatchObject({
      violations: [{ code: 'CONTRACT_CONFLICT', agent: 'two@1.0.0' }],
    });
    await using app = await startApp({ providers, options: { contractConflicts: 'warn' } });
    expect(released(app)).toEqual(['one@1.0.0 active', 'two@1.0.0 active']);
    expect(app.logged.filter((line) => line.includes('conflicts with that of one@1.0.0'))).toHaveLength(1);
  });

  it('fails for options that are out of their bounds', async () => {
    expect(await bootErrorOf({ options: { drainTimeoutMs: -1 } })).toMatchObject({
      code: 'REGISTRY_OPTION_INVALID',
      details: { field: 'drainTimeoutMs' },
    });
  });
});

describe('a boot with an unhealthy agent', () => {
  it('registers it as failed, so that it takes no task', async () => {
    await using app = await startApp({ providers: [SickAgent, WellAgent] });
    expect(released(app)).toEqual(['sick@1.0.0 failed', 'well@1.0.0 active']);
    expect(app.registry.get('sick')).toMatchObject({ isAvailable: false, health: { message: 'no credit' } });
    expect((await app.orchestration.execute('greet', 'Ann')).agent).toBe('well');
    expect(app.logged).toContain('warn sick@1.0.0: its health check failed: no credit');
  });

  it('fails where the options say so, and nothing is registered', async () => {
    let status: StatusService | undefined;
    const error = await bootErrorOf({
      providers: [WellAgent, SickAgent],
      options: { unhealthyAtRegistration: 'refuse' },
      beforeInit: (module) => (status = module.get(StatusService)),
    });
    expect(error).toMatchObject({ violations: [{ code: 'AGENT_UNHEALTHY', agent: 'sick@1.0.0' }] });
    expect(status?.byStatus('active')).toEqual([]);
  });

  it('does not wait longer for one that hangs than its check may take', async () => {
    @Agent('greet', { name: 'hanging', healthCheckTimeoutMs: 50 })
    class HangingAgent {
      execute(): void {}
      healthCheck(): Promise<boolean> {
        return new Promise(() => {});
      }
    }
    const clock = new VirtualClock();
    const starting = startApp({ providers: [HangingAgent, WellAgent], clock });
    while (clock.pendingTimers === 0) await clock.advanceAsync(0);
    await clock.advanceAsync(50);
    await using app = await starting;
    expect(released(app)).toEqual(['hanging@1.0.0 failed', 'well@1.0.0 active']);
  });
});

describe('a boot whose history cannot be written', () => {
  it('fails, and leaves no agent half registered', async () => {
    let status: StatusService | undefined;
    const error = await bootErrorOf({
      providers: [WellAgent, SickAgent],
      beforeInit: (module) => {
        const service = module.get(StatusService);
        status = service;
        const open = service.open.bind(service);
        service.open = (id, ...rest) =>
          id === 'sick@1.0.0' ? Promise.reject(new TypeError('disk full')) : open(id, ...rest);
      },
    });
    expect(error).toMatchObject({ message: 'disk full' });
    expect([status?.find('well@1.0.0'), status?.find('sick@1.0.0')]).toEqual([undefined, undefined]);
  });
});

describe('tools', () => {
  @Tool({ input: Query, output: Hits })
  class LookupTool {
    async use(query: string): Promise<string[]> {
      return [query];
    }
  }

  @Agent(Search, { name: 'searcher' })
  class SearcherAgent {
    constructor(private readonly lookup: LookupTool) {}
    execute(query: string): Promise<string[]> {
      return this.lookup.use(query);
    }
  }

  it('cannot be agents', async () => {
    @Agent('lookup', { name: 'both' })
    @Tool()
    class BothAgent {
      async use(query: string): Promise<string> {
        return query;
      }
      execute(query: string): string {
        return query;
      }
    }
    expect(await bootErrorOf({ providers: [BothAgent] })).toMatchObject({
      violations: [{ code: 'AGENT_IS_TOOL', agent: 'both@1.0.0' }],
    });
    await using app = await startApp({ providers: [LookupTool] });
    const registering = app.registry.register(app.module.get(LookupTool), {
      name: 'lookup',
      capabilities: [{ capability: 'lookup', method: 'use' }],
    });
    await expect(registering).rejects.toMatchObject({ violations: [{ code: 'AGENT_IS_TOOL' }] });
  });

  it('are nowhere in what the registry tells', async () => {
    await using app = await startApp({ providers: [SearcherAgent, LookupTool] });
    expect(app.registry.find('lookup')).toBeUndefined();
    expect(app.registry.capabilities().map(({ name }) => name)).toEqual(['search']);
    expect(JSON.stringify([app.registry.list(), app.registry.capabilities()])).not.toMatch(/lookup/i);
    expect((await app.orchestration.execute(Search, 'cadre')).output).toEqual(['cadre']);
  });

  it('are pointed out at boot when a capability only passes one on', async () => {
    await using app = await startApp({ providers: [SearcherAgent, LookupTool] });
    expect(app.logged).toContain(
      'warn searcher@1.0.0: "search" has the very input and output of its one tool "lookup"; a capability should be more than a tool',
    );
  });

  it('are not needed: an agent without capabilities is only pointed out too', async () => {
    @Agent({ name: 'idle' })
    class IdleAgent {}
    await using app = await startApp({ providers: [IdleAgent] });
    expect(released(app)).toEqual(['idle@1.0.0 active']);
    expect(
      app.logged.filter((line) => line.startsWith('warn idle@1.0.0: it provides no capability')),
    ).toHaveLength(1);
  });
});
