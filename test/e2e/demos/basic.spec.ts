import { Test } from '@nestjs/testing';
import {
  Agent,
  anyOf,
  CadreModule,
  capability,
  dataType,
  OrchestrationService,
  type TaskContext,
} from 'cadre';
import { z } from 'zod';

const Topic = dataType('topic', z.string().min(1));
const Findings = dataType('findings', z.object({ topic: z.string(), facts: z.array(z.string()) }));
const Article = dataType('article', z.object({ title: z.string(), body: z.string() }));

type Findings = z.infer<typeof Findings.schema>;

const Research = capability({
  name: 'research',
  description: 'Finds facts.',
  input: Topic,
  output: Findings,
});
const Writing = capability({
  name: 'writing',
  description: 'Writes an article, about a topic or from findings.',
  input: anyOf(Topic, Findings),
  output: Article,
});

@Agent(Research, { name: 'researcher', costPerTaskUsd: 0.5, maxConcurrentTasks: 2 })
class ResearchAgent {
  async execute(topic: string): Promise<Findings> {
    if (topic === 'nothing') throw new RangeError('there is nothing to find');
    await Promise.resolve();
    return { topic, facts: [1, 2, 3].map((number) => `fact ${number} on ${topic}`) };
  }
}

/** Reads what was found before by its data type: whoever found it, under whatever name. */
@Agent(Writing, { name: 'writer', costPerTaskUsd: 0.25, maxConcurrentTasks: 2 })
class WriterAgent {
  execute(input: string | Findings, task: TaskContext) {
    const findings = typeof input === 'string' ? task.context.get(Findings) : input;
    const title = typeof input === 'string' ? input : `On ${input.topic}`;
    return {
      title,
      body: `Based on ${findings?.facts.length ?? 0} facts: ${findings?.facts.join(', ') ?? 'none'}.`,
    };
  }
}

async function boot() {
  const app = await Test.createTestingModule({
    imports: [CadreModule.forRoot({})],
    providers: [ResearchAgent, WriterAgent],
  }).compile();
  await app.init();
  return { app, orchestration: app.get(OrchestrationService) };
}

describe('research, then writing', () => {
  const booting = boot();
  afterAll(async () => (await booting).app.close());
  const BODY = 'Based on 3 facts: fact 1 on orchestration, fact 2 on orchestration, fact 3 on orchestration.';

  it('runs as a bare list of capabilities, the writer taking what was found', async () => {
    const { orchestration } = await booting;
    const run = await orchestration.run([
      { capability: 'research', input: 'orchestration' },
      { capability: 'writing' },
    ]);
    expect(run).toMatchObject({
      status: 'succeeded',
      output: { title: 'On orchestration', body: BODY },
      outputType: 'article',
      stepCount: 2,
      costUsd: 0.75,
    });
  });

  it('runs as a list of agents and tasks, the writer reading what was found from the context', async () => {
    const { orchestration } = await booting;
    const run = await orchestration.run([
      { agent: 'researcher', task: 'orchestration' },
      { agent: 'writer', task: 'All about it' },
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: { title: 'All about it', body: BODY } });
  });

  it('takes its topic from the input of the run', async () => {
    const { orchestration } = await booting;
    const run = await orchestration.run(
      [{ capability: 'research' }, { agent: 'writer@^1.0.0' }],
      'orchestration',
    );
    expect(run).toMatchObject({ status: 'succeeded', input: 'orchestration', output: { body: BODY } });
  });

  it('keeps what one run found from every other', async () => {
    const { orchestration } = await booting;
    const write = [{ capability: 'writing', input: 'Empty-handed' }];
    const topics = ['a', 'b'];
    const runs = await Promise.all([
      ...topics.map((task) =>
        orchestration.run([
          { agent: 'researcher', task },
          { agent: 'writer', task: 'Both' },
        ]),
      ),
      orchestration.run(write),
    ]);
    expect(runs.map(({ output }) => (output as { body: string }).body)).toEqual([
      'Based on 3 facts: fact 1 on a, fact 2 on a, fact 3 on a.',
      'Based on 3 facts: fact 1 on b, fact 2 on b, fact 3 on b.',
      'Based on 0 facts: none.',
    ]);
  });

  it('stops at the first failure', async () => {
    const { orchestration } = await booting;
    const run = await orchestration.run([
      { capability: 'research', input: 'nothing' },
      { capability: 'writing' },
    ]);
    expect(run).toMatchObject({ status: 'failed', output: undefined, costUsd: 0 });
    expect(run.failure).toMatchObject({
      code: 'AGENT_FAILED',
      message: '"researcher@1.0.0" failed at "research": there is nothing to find',
    });
  });

  it('is refused before anything has run when an agent is unknown', async () => {
    const { orchestration } = await booting;
    const starting = orchestration.run([
      { agent: 'researcher', task: 'orchestration' },
      { agent: 'writr', task: 'All about it' },
    ]);
    await expect(starting).rejects.toMatchObject({
      code: 'WORKFLOW_INVALID',
      details: {
        problems: [
          {
            path: '$[1].agent',
            code: 'AGENT_UNKNOWN',
            message: 'No agent "writr" is registered. Did you mean "writer"?',
          },
        ],
      },
    });
  });
});
