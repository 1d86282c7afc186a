import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OrchestrationService, Workflow } from '../../src/index.js';
import { WorkflowRunner } from '../../src/orchestration/index.js';
import { finish, readRequest } from '../child.js';
import { moduleOf } from '../fleet.js';
import type { ParkedFigures, ParkedRequest } from './parked.js';

const STARTS_AT_A_TIME = 64;

@Workflow({ name: 'nap' })
class Nap {
  define() {
    return { name: 'nap', steps: [{ id: 'rest', sleep: '1d' }] };
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function measure({ database, warmUp, count }: ParkedRequest): Promise<ParkedFigures> {
  @Module({ imports: [moduleOf([], { options: { database } })], providers: [Nap] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const orchestration = app.get(OrchestrationService);
  const runner = app.get(WorkflowRunner, { strict: false });
  const park = async (runs: number): Promise<void> => {
    const start = async (): Promise<void> => {
      for (let left = runs / STARTS_AT_A_TIME; left > 0; left -= 1) await orchestration.start('nap');
    };
    await Promise.all(Array.from({ length: STARTS_AT_A_TIME }, start));
    for (const status of ['queued', 'running'] as const) {
      while ((await runner.list({ status, limit: 1 })).items.length > 0) await sleep(50);
    }
  };
  await park(warmUp);
  const before = await liveBytes();
  await park(count);
  return { bytesPerRun: ((await liveBytes()) - before) / count, rssBytes: process.memoryUsage.rss() };
}

/** What is reachable, buffers included, once all has come to rest. */
async function liveBytes(): Promise<number> {
  await sleep(1_000);
  for (let round = 0; round < 3; round += 1) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

finish({ ...(await measure(readRequest<ParkedRequest>())) });
