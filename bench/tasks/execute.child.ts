import { NestFactory } from '@nestjs/core';
import { OrchestrationService } from '../../src/index.js';
import { finish, readRequest } from '../child.js';
import { Echo, echoAgent, moduleOf, Text } from '../fleet.js';
import type { ExecuteCase } from './execute.js';
import { beside, comparePair } from '../sampling.js';

const INPUT = 'AI agent registries';

async function measure({ providers, handler, concurrency, strategy }: ExecuteCase) {
  const agents = Array.from({ length: providers }, (_, at) => echoAgent(`echo_${at}`, Echo, handler));
  const app = await NestFactory.createApplicationContext(moduleOf(agents), { logger: false });
  const orchestration = app.get(OrchestrationService);
  const agent = app.get<{ execute(text: string): string | Promise<string> }>(agents[0]!, { strict: false });
  const options = strategy === undefined ? undefined : ({ strategy } as const);
  const bare = async (text: string): Promise<string> => {
    const output = await agent.execute(Text.schema.parse(text));
    return Text.schema.parse(output);
  };
  return comparePair(
    beside(concurrency, () => bare(INPUT)),
    beside(concurrency, () => orchestration.execute(Echo, INPUT, options)),
    { rounds: 7, count: 64_000, warmUp: 64_000 },
  );
}

finish({ ...(await measure(readRequest<ExecuteCase>())) });
