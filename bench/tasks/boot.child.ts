import { NestFactory } from '@nestjs/core';
import { AgentRegistry } from '../../src/index.js';
import type { BootRequest, BootFigures } from './boot.js';
import { finish, readRequest } from '../child.js';
import { echoAgent, moduleOf, plainProvider, textCapability } from '../fleet.js';

const PROVIDERS_PER_CAPABILITY = 10;

/** Boots one application of `count` agents, or of as many plain providers. */
async function measure({ count, perModule, kind }: BootRequest): Promise<BootFigures> {
  const withCadre = kind === 'cadre';
  const capabilities = Array.from({ length: Math.ceil(count / PROVIDERS_PER_CAPABILITY) }, (_, at) =>
    textCapability(`capability_${at}`),
  );
  const providers = Array.from({ length: count }, (_, at) =>
    withCadre ? echoAgent(`agent_${at}`, capabilities[at % capabilities.length]) : plainProvider(),
  );
  const appModule = moduleOf(providers, { perModule: perModule ?? Infinity, withCadre });
  const before = process.memoryUsage.rss();
  const startedMs = performance.now();
  const app = await NestFactory.createApplicationContext(appModule);
  const durationMs = performance.now() - startedMs;
  const rssBytes = process.memoryUsage.rss() - before;
  const registered = withCadre ? app.get(AgentRegistry).list().length : count;
  if (registered !== count) throw new Error(`${registered} of ${count} agents were registered`);
  return { durationMs, rssBytes };
}

finish({ ...(await measure(readRequest<BootRequest>())) });
