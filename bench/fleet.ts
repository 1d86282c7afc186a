import { Injectable, Module, type Type } from '@nestjs/common';
import { z } from 'zod';
import { Agent, CadreModule, capability, dataType, Workflow, type CadreOptions } from '../src/index.js';

/** The data of every benchmark: a text that is not empty. Validating it costs next to nothing. */
export const Text = dataType('text', z.string().min(1));

/** As many tasks at a time as there are: no benchmark waits for a slot. */
export const AMPLE_SLOTS = 10_000;

export function textCapability(name: string) {
  return capability({ name, description: 'Gives back what it gets.', input: Text, output: Text });
}

/** The capability that the task benchmarks ask for. */
export const Echo = textCapability('echo');

/** How a handler answers: with the value itself, or with a promise of it. */
export type HandlerKind = 'sync' | 'async';

/** A class of its own for each agent, as in an application. */
export function echoAgent(name: string, provided = Echo, kind: HandlerKind = 'sync'): Type {
  const options = { name, maxConcurrentTasks: AMPLE_SLOTS };
  if (kind === 'sync') {
    const agentClass = class {
      execute(text: string): string {
        return text;
      }
    };
    Agent(provided, options)(agentClass);
    return agentClass;
  }
  const agentClass = class {
    async execute(text: string): Promise<string> {
      return text;
    }
  };
  Agent(provided, options)(agentClass);
  return agentClass;
}

/** A workflow of so many echoes: one behind another, each with the output of the one above, or all at once. */
export function echoWorkflow(
  name: string,
  steps: number,
  { isSideBySide = false }: { readonly isSideBySide?: boolean } = {},
): Type {
  const order = isSideBySide ? { after: [] } : {};
  const workflowClass = class {
    define() {
      return {
        name,
        steps: Array.from({ length: steps }, (_, at) => ({
          id: `step_${at}`,
          capability: Echo.name,
          ...order,
        })),
      };
    }
  };
  Workflow({ name })(workflowClass);
  return workflowClass;
}

/** The same class without Cadre: a plain provider. */
export function plainProvider(): Type {
  const providerClass = class {
    execute(text: string): string {
      return text;
    }
  };
  Injectable()(providerClass);
  return providerClass;
}

/** An application module of these providers, all in it or in feature modules of `perModule`. */
export function moduleOf(
  providers: readonly Type[],
  {
    perModule = Infinity,
    withCadre = true,
    options = {},
  }: { readonly perModule?: number; readonly withCadre?: boolean; readonly options?: CadreOptions } = {},
): Type {
  const imports: (Type | ReturnType<typeof CadreModule.forRoot>)[] = withCadre
    ? [CadreModule.forRoot(options)]
    : [];
  if (perModule >= providers.length) return declare({ imports, providers: [...providers] });
  for (let from = 0; from < providers.length; from += perModule) {
    imports.push(declare({ providers: providers.slice(from, from + perModule) }));
  }
  return declare({ imports });
}

function declare(metadata: Parameters<typeof Module>[0]): Type {
  const moduleClass = class {};
  Module(metadata)(moduleClass);
  return moduleClass;
}
