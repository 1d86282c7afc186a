import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import { Agent, capability, dataType, OrchestrationService, Workflow } from '../../src/index.js';
import { finish, readRequest } from '../child.js';
import { AMPLE_SLOTS, moduleOf, Text } from '../fleet.js';
import { beside, cpuPerRepetitionNs, median } from '../sampling.js';
import type { PayloadKind, WorkflowCase, WorkflowFigures } from './workflows.js';

/** Steps in each round, of all runs together. */
const STEPS_PER_ROUND = 20_000;
const ROUNDS = 7;
/** As many tasks as `execute` warms up with, at least. */
const WARM_UP_ROUNDS = 4;

const Rows = dataType('rows', z.array(z.object({ id: z.number(), text: z.string() })));

const TYPES = { short: Text, text: Text, rows: Rows } as const;

const PAYLOADS: Readonly<Record<PayloadKind, unknown>> = {
  short: 'AI agent registries',
  text: 'x'.repeat(10_240),
  rows: Array.from({ length: 100 }, (_, id) => ({ id, text: 'x'.repeat(80) })),
};

async function measure(one: WorkflowCase): Promise<WorkflowFigures> {
  const { steps, payload, concurrency } = one;
  // To the compiler all of it is text: what passes through is decided at run time.
  const type = TYPES[payload] as typeof Text;
  const input = PAYLOADS[payload] as string;
  const Pass = capability({
    name: 'pass',
    description: 'Gives back what it gets.',
    input: type,
    output: type,
  });
  class PassAgent {
    async execute(given: string): Promise<string> {
      return given;
    }
  }
  Agent(Pass, { name: 'passer', maxConcurrentTasks: AMPLE_SLOTS })(PassAgent);
  @Module({ imports: [moduleOf([PassAgent])], providers: [workflowOf(one)] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const orchestration = app.get(OrchestrationService);
  const agent = app.get(PassAgent, { strict: false });

  const bare = async (): Promise<unknown> => {
    const output = await agent.execute(type.schema.parse(input));
    return type.schema.parse(output);
  };
  const run = async (): Promise<void> => {
    const { status, failure } = await orchestration.run('flow', input);
    if (status !== 'succeeded') throw new Error(`a run ended as ${status}: ${failure?.message}`);
  };
  const works = [
    { work: beside(concurrency, bare), count: STEPS_PER_ROUND, nsPerStep: [] as number[] },
    {
      work: beside(concurrency, () => orchestration.execute('pass', input)),
      count: STEPS_PER_ROUND,
      nsPerStep: [] as number[],
    },
    { work: beside(concurrency, run), count: STEPS_PER_ROUND / steps, nsPerStep: [] as number[] },
  ];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const { work, count, nsPerStep } of works) {
      const each = ((await cpuPerRepetitionNs(work, count)) * count) / STEPS_PER_ROUND;
      if (round >= 0) nsPerStep.push(each);
    }
  }
  const [bareNs, taskNs, runNs] = works.map(({ nsPerStep }) => nsPerStep);
  const beyondBareUs = (all: readonly number[]) =>
    median(all.map((ns, round) => ns - bareNs![round]!)) / 1_000;
  return { bareUs: median(bareNs!) / 1_000, taskUs: beyondBareUs(taskNs!), extraUs: beyondBareUs(runNs!) };
}

function workflowOf({ steps, withExpressions }: WorkflowCase) {
  @Workflow({ name: 'flow' })
  class Flow {
    define() {
      return {
        name: 'flow',
        steps: Array.from({ length: steps }, (_, at) => ({
          id: `step_${at}`,
          capability: 'pass',
          ...(withExpressions && at > 0 && { input: `\${ steps.step_${at - 1}.output }` }),
        })),
      };
    }
  }
  return Flow;
}

finish({ ...(await measure(readRequest<WorkflowCase>())) });
