import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { Agent, AgentRegistry, CadreModule, capability, dataType, OrchestrationService, Provides, Tool, type TaskContext } from 'cadre';

const Text = dataType('text', z.string().min(1));
const Shout = capability({ name: 'shout', description: 'Says it louder.', input: Text, output: Text });

@Tool({ input: z.string(), output: z.string() })
class UpperTool {
  use(text: string): string {
    return text.toUpperCase();
  }
}

@Agent({ version: '2.0.0', maxConcurrentTasks: 2 })
class ShoutAgent {
  constructor(private readonly upper: UpperTool) {}
  @Provides(Shout) async shout(text: string, task: TaskContext) {
    task.reportUsage({ costUsd: 0.5 });
    return `${await this.upper.use(text)}!`;
  }
}

@Agent('greet')
class GreetAgent {
  execute(name: string): string {
    return `Hello, ${name}!`;
  }
}

it('routes a task to the agent that provides the capability', async () => {
  const module = await Test.createTestingModule({
    imports: [CadreModule.forRoot({})],
    providers: [ShoutAgent, UpperTool, GreetAgent],
  }).compile();
  await module.init();
  const orchestration = module.get(OrchestrationService);
  const result = await orchestration.execute(Shout, 'hey');
  console.log(JSON.stringify(result, null, 1));
  console.log(JSON.stringify(await orchestration.execute('greet', 'you')));
  console.log(JSON.stringify(await orchestration.run([{ capability: 'greet', input: 'you' }, { capability: 'shout' }]), null, 1));
  console.log(module.get(AgentRegistry).list().length);
  await expect(orchestration.execute('shoutt', 1)).rejects.toThrow('Did you mean');
  await expect(orchestration.run([{ capability: 'shoutt', x: 1 } as never, { agent: 'greett' }])).rejects.toThrow('Did you mean');
  await module.close();
});
