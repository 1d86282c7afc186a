import { z } from 'zod';
import { readToolDefinition, Tool } from './tool.decorator.js';
import { readInjectedTools } from './tool.accessor.js';
import type { ToolOptions } from './tool.types.js';

function toolClass(): new () => { use: (input: never) => Promise<unknown> } {
  return class WebSearchTool {
    async use(text: string): Promise<string> {
      return text;
    }
  };
}

function definitionOf(options: ToolOptions): ReturnType<typeof readToolDefinition> {
  const target = toolClass();
  Tool(options as ToolOptions<never>)(target);
  return readToolDefinition(target);
}

describe('Tool', () => {
  it('names a tool after its class and fills in defaults', () => {
    expect(definitionOf({})).toEqual({
      name: 'web_search',
      retry: { attempts: 1, backoff: 'exponential', delayMs: 200, maxDelayMs: 30_000, jitter: true },
    });
  });

  it('keeps what the author says', () => {
    const input = z.string();
    const options = { name: 'search', description: 'Searches.', input, maxConcurrency: 3, timeoutMs: 50 };
    expect(definitionOf(options)).toMatchObject(options);
  });

  it('takes an undefined option for an absent one', () => {
    expect(definitionOf({ retry: { attempts: undefined } })?.retry.attempts).toBe(1);
  });

  it.each<[ToolOptions, string]>([
    [{ name: 'Web Search' }, 'its name must be'],
    [{ maxConcurrency: 0 }, 'maxConcurrency is 0; it must be a whole number from 1 to 10000'],
    [{ maxConcurrency: 1.5 }, 'maxConcurrency is 1.5'],
    [{ timeoutMs: 86_400_001 }, 'timeoutMs is 86400001; it must be a whole number from 1 to 86400000'],
    [{ timeoutMs: NaN }, 'timeoutMs is NaN'],
    [{ retry: { attempts: 21 } }, 'retry.attempts is 21'],
    [{ retry: { backoff: 'linear' as never } }, 'retry.backoff is "linear"'],
  ])('refuses %p', (options, problem) => {
    expect(() => definitionOf(options)).toThrow(problem);
    expect(() => definitionOf(options)).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  });

  it('refuses a class without use', () => {
    class Idle {}
    expect(() => Tool()(Idle as never)).toThrow('its class has no method use(input)');
  });

  it('keeps `use` as hidden as a method is', () => {
    const target = toolClass();
    Tool()(target);
    expect(Object.keys(target.prototype as object)).toEqual([]);
  });
});

describe('readToolDefinition', () => {
  it('reads what a parent says for an undecorated subclass', () => {
    const parent = toolClass();
    Tool()(parent);
    class Heir extends parent {}
    expect(readToolDefinition(Heir)?.name).toBe('web_search');
  });

  it.each([undefined, null, 'tool', {}, class Plain {}])('finds none in %p', (value) => {
    expect(readToolDefinition(value)).toBeUndefined();
  });
});

describe('readInjectedTools', () => {
  it('lists the tools among the types of the constructor', () => {
    @Tool()
    class SearchTool {
      async use(text: string): Promise<string> {
        return text;
      }
    }
    class Clerk {}
    class Agent {}
    Reflect.defineMetadata('design:paramtypes', [SearchTool, Clerk, undefined, Object], Agent);
    expect(readInjectedTools(Agent).map(({ name }) => name)).toEqual(['search']);
  });

  it.each([undefined, {}, class Plain {}])('lists none for %p', (value) => {
    expect(readInjectedTools(value)).toEqual([]);
  });
});
