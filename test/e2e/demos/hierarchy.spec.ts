import { Test } from '@nestjs/testing';
import {
  Agent,
  AgentRegistry,
  allOf,
  CadreModule,
  capability,
  dataType,
  OrchestrationService,
  Provides,
  Tool,
} from 'cadre';
import { z } from 'zod';

const SearchQuery = dataType('search_query', z.string().min(1));
const Text = dataType('text', z.string().min(1));
const EmailConfig = dataType('email_config', z.object({ recipient: z.email() }));
const Report = z.object({
  results: z.array(z.string()),
  summary: z.string(),
  sourcesChecked: z.number().int(),
});
const ResearchReport = dataType('research_report', Report);
const Confirmation = dataType(
  'delivery_confirmation',
  z.object({ to: z.string(), subject: z.string(), body: z.string() }),
);

const WebResearch = capability({
  name: 'web_research',
  description: 'Searches and sums up what is found.',
  input: SearchQuery,
  output: ResearchReport,
});
const SendNotification = capability({
  name: 'send_notification',
  description: 'Sends a short version of a text by mail.',
  input: allOf({ text: Text, email_config: EmailConfig }),
  output: Confirmation,
});
const Gossip = capability({
  name: 'gossip',
  description: 'Lets a tool overstep.',
  input: Text,
  output: Text,
});

// The lowest level: tools do one thing and know nobody.

@Tool({ name: 'web_search', input: z.string(), output: z.array(z.string()) })
class WebSearchTool {
  async use(query: string): Promise<string[]> {
    return [1, 2, 3].map((rank) => `Result ${rank} on ${query}. More words follow.`);
  }
}

@Tool({ name: 'text_summarizer', input: z.string(), output: z.string() })
class TextSummarizerTool {
  async use(text: string): Promise<string> {
    return text.slice(0, text.indexOf('.') + 1);
  }
}

@Tool({ name: 'email_sender', input: Confirmation.schema, output: Confirmation.schema })
class EmailSenderTool {
  readonly outbox: z.infer<typeof Confirmation.schema>[] = [];

  async use(mail: z.infer<typeof Confirmation.schema>) {
    this.outbox.push(mail);
    return mail;
  }
}

@Tool({ name: 'overreacher', input: z.string(), output: z.string() })
class OverreachingTool {
  constructor(private readonly orchestration: OrchestrationService) {}

  async use(text: string): Promise<string> {
    const { output } = await this.orchestration.execute(WebResearch, text);
    return output.summary;
  }
}

// The middle: agents put tools together to provide a capability.

@Agent({ name: 'research_agent' })
class ResearchAgent {
  constructor(
    private readonly search: WebSearchTool,
    private readonly summarizer: TextSummarizerTool,
  ) {}

  @Provides(WebResearch) async research(query: string) {
    const results = await this.search.use(query);
    const summary = await this.summarizer.use(results.join(' '));
    return { results, summary, sourcesChecked: results.length };
  }
}

@Agent({ name: 'email_agent' })
class EmailAgent {
  constructor(
    private readonly summarizer: TextSummarizerTool,
    private readonly sender: EmailSenderTool,
  ) {}

  @Provides(SendNotification) async notify(input: { text: string; email_config: { recipient: string } }) {
    const body = await this.summarizer.use(input.text);
    return this.sender.use({ to: input.email_config.recipient, subject: 'Notification', body });
  }
}

@Agent(Gossip, { name: 'gossip_agent' })
class GossipAgent {
  constructor(private readonly tool: OverreachingTool) {}

  execute(text: string) {
    return this.tool.use(text);
  }
}

async function boot() {
  const tools = [WebSearchTool, TextSummarizerTool, EmailSenderTool, OverreachingTool];
  const app = await Test.createTestingModule({
    imports: [CadreModule.forRoot({})],
    providers: [...tools, ResearchAgent, EmailAgent, GossipAgent],
  }).compile();
  await app.init();
  return {
    app,
    registry: app.get(AgentRegistry),
    orchestration: app.get(OrchestrationService),
    sender: app.get(EmailSenderTool),
  };
}

describe('the hierarchy demo', () => {
  const booting = boot();
  afterAll(async () => (await booting).app.close());

  it('offers the capabilities of agents, never their tools', async () => {
    const { registry } = await booting;
    expect(registry.availableCapabilities()).toEqual(['gossip', 'send_notification', 'web_research']);
  });

  it('pipes the summary of the research into the notification, typed all the way', async () => {
    const { orchestration, sender } = await booting;
    const research = await orchestration.execute(WebResearch, 'AI trends');
    expect(research.output).toMatchObject({ summary: 'Result 1 on AI trends.', sourcesChecked: 3 });
    const notification = await orchestration.execute(SendNotification, {
      text: research.output.summary,
      email_config: { recipient: 'boss@example.org' },
    });
    expect(notification).toMatchObject({
      status: 'succeeded',
      agent: 'email_agent',
      outputType: 'delivery_confirmation',
    });
    expect(notification.output).toEqual({
      to: 'boss@example.org',
      subject: 'Notification',
      body: 'Result 1 on AI trends.',
    });
    expect(sender.outbox).toEqual([notification.output]);
  });

  it('shows in the record of each attempt which tools were used, in order', async () => {
    const { orchestration } = await booting;
    const toolsOf = async (result: Promise<{ attempts: readonly { toolCalls: readonly object[] }[] }>) =>
      (await result).attempts.map(({ toolCalls }) => toolCalls);
    const message = { text: 'Short. Long.', email_config: { recipient: 'boss@example.org' } };
    expect(await toolsOf(orchestration.execute(WebResearch, 'AI'))).toMatchObject([
      [
        { tool: 'web_search', status: 'succeeded', tries: 1 },
        { tool: 'text_summarizer', status: 'succeeded', tries: 1 },
      ],
    ]);
    expect(await toolsOf(orchestration.execute(SendNotification, message))).toMatchObject([
      [
        { tool: 'text_summarizer', status: 'succeeded' },
        { tool: 'email_sender', status: 'succeeded' },
      ],
    ]);
  });

  it.each(['web_search', 'text_summarizer', 'email_sender'])(
    'cannot reach the tool %s from the top',
    async (tool) => {
      const { orchestration } = await booting;
      await expect(orchestration.execute(tool, 'AI')).rejects.toMatchObject({ code: 'CAPABILITY_UNKNOWN' });
      await expect(orchestration.run([{ agent: tool, task: 'AI' }])).rejects.toMatchObject({
        code: 'WORKFLOW_INVALID',
      });
    },
  );

  it('lets no tool ask an agent', async () => {
    const { orchestration } = await booting;
    await expect(orchestration.execute(Gossip, 'AI')).rejects.toMatchObject({
      code: 'TOOL_CALLS_AGENT',
      result: {
        attempts: [{ toolCalls: [{ tool: 'overreacher', status: 'failed', errorCode: 'TOOL_CALLS_AGENT' }] }],
      },
    });
  });
});
