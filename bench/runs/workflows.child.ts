import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import { Agent, capability, dataType, OrchestrationService, Workflow } from '../../src/index.js';
import { finish, readRequest } from '../child.js';
import { AMPLE_SLOTS, moduleOf, Text } from '../fleet.js';
import { beside, cpuPerRepetitionNs, median } from '../sampling.js';
import type { PayloadKind, WorkflowCase, WorkflowFigures } from './workflows.js';

/** Steps in each round, of all runs together: so many that the old ones are collected within each, where the steps are quick. */
const STEPS_PER_ROUND: Readonly<Record<PayloadKind, number>> = {
  short: 100_000,
  text: 100_000,
  rows: 20_000,
};
const ROUNDS = 5;
/** After 300 000 steps it does not get quicker any more: what is called once for a run is compiled late. */
const WARM_UP_ROUNDS = 3;

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
  const stepCount = STEPS_PER_ROUND[payload];
  const works = [
    { work: beside(concurrency, bare), count: stepCount, nsPerStep: [] as number[] },
    {
      work: beside(concurrency, () => orchestration.execute('pass', input)),
      count: stepCount,
      nsPerStep: [] as number[],
    },
    { work: beside(concurrency, run), count: stepCount / steps, nsPerStep: [] as number[] },
  ];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const { work, count, nsPerStep } of works) {
      const each = ((await cpuPerRepetitionNs(work, count)) * count) / stepCount;
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
