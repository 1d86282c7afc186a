import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Agent,
  AgentRegistry,
  CadreModule,
  OrchestrationService,
  PerformanceBook,
  PerformanceService,
  type CadreOptions,
  type TaskFailedError,
} from 'cadre';
import { createPgliteDirectory } from '../../../src/testing/databases/pglite-directory.js';
import { createCluster, type Node } from './nodes.js';

jest.setTimeout(120_000);

/** Fails when it is told to. */
@Agent('labor', { name: 'laborer', costPerTaskUsd: 0.25 })
class LaborAgent {
  execute(input: string): string {
    if (input === 'fail') throw new Error('too hard');
    return input;
  }
}

/** An open circuit would keep further attempts away before there are enough for a verdict. */
const OPTIONS = {
  health: { breaker: false },
  metrics: { flushEveryMs: 100, improvement: { everyMs: 200 } },
} as const;

interface Parts {
  get<T>(type: Type<T>): T;
}

/** Answers how many of the tasks got to the agent; it may be taken out before all have. */
async function run(node: Parts, count: number, input: string): Promise<number> {
  let attempts = 0;
  for (let done = 0; done < count; done += 1) {
    const ending = node.get(OrchestrationService).execute('labor', input);
    const result = await ending.catch((error: TaskFailedError) => error.result);
    attempts += result.attempts.length;
  }
  return attempts;
}

const estimateOn = (node: Parts) =>
  node.get(PerformanceBook).estimate(node.get(AgentRegistry).get('laborer'), 'labor');

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (const startedAt = Date.now(); !(await check()); await sleep(20)) {
    if (Date.now() - startedAt > 30_000) throw new Error('it did not come to that');
  }
}

describe('performance on several nodes', () => {
  it('adds up what all of them measured, and each knows what the others have seen', async () => {
    await using cluster = await createCluster();
    const [one, other] = [
      await cluster.start([LaborAgent], { metrics: { flushEveryMs: 100 } }),
      await cluster.start([LaborAgent], { metrics: { flushEveryMs: 100 } }),
    ] as [Node, Node];
    await Promise.all([run(one, 15, 'work'), run(other, 5, 'work')]);
    await until(() => estimateOn(one).sampleCount > 17 && estimateOn(other).sampleCount > 17);
    for (const node of [one, other]) {
      const { items } = await node.get(PerformanceService).totals({ by: 'agent' });
      expect(items).toMatchObject([{ name: 'laborer', attempts: 20, succeeded: 20, costUsd: 5 }]);
    }
  });

  it('takes an agent out everywhere that fails on one of them, once', async () => {
    await using cluster = await createCluster();
    const [one, other] = [
      await cluster.start([LaborAgent], OPTIONS),
      await cluster.start([LaborAgent], OPTIONS),
    ] as [Node, Node];
    const failed = await run(one, 30, 'fail');
    const isOut = ({ registry }: Node): boolean => registry.get('laborer').status === 'maintenance';
    await until(() => isOut(one) && isOut(other));
    // It may be out before the last of what failed is written.
    await until(async () => (await other.get(PerformanceService).problems()).items[0]?.failed === failed);
    const { items } = await other.get(PerformanceService).problems();
    expect(items).toMatchObject([{ release: 'laborer@1.0.0', failed }]);
  });
});

describe('performance over a restart', () => {
  const startOn = async (options: CadreOptions) => {
    @Module({ imports: [CadreModule.forRoot(options)], providers: [LaborAgent] })
    class LaborModule {}
    const app = await Test.createTestingModule({ imports: [LaborModule] }).compile();
    app.enableShutdownHooks();
    return app.init();
  };

  it('keeps what was measured, and begins with what to expect', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cadre-performance-'));
    const database = { dataDir: join(folder, 'database') };
    await createPgliteDirectory(database.dataDir);
    const before = await startOn({ database, health: { breaker: false } });
    await run(before, 20, 'work');
    await run(before, 10, 'fail');
    const known = { ...estimateOn(before) };
    await before.close();

    const after = await startOn({ database, health: { breaker: false } });
    expect(await after.get(PerformanceService).statistics('laborer')).toMatchObject({
      attempts: 30,
      succeeded: 20,
      failed: 10,
      costUsd: 5,
    });
    const estimate = estimateOn(after);
    expect(estimate.sampleCount).toBeCloseTo(known.sampleCount, 0);
    expect(estimate.meanCostUsd).toBeCloseTo(known.meanCostUsd!, 1);
    await after.close();
    await rm(folder, { recursive: true, force: true });
  });
});
