import { Test } from '@nestjs/testing';
import { Agent, AgentRegistry, anyOf, CadreModule, capability, dataType, Provides } from 'cadre';
import { z } from 'zod';

const Text = dataType('text', z.string().min(1));
const Url = dataType('url', z.url());
const Pdf = dataType('pdf', z.object({ pdf: z.base64() }));
const Docx = dataType('docx', z.object({ docx: z.base64() }));
const Outline = dataType('outline', z.array(z.string()));
const ResearchReport = dataType('research_report', z.object({ findings: z.array(z.string()) }));
const KeyInsights = dataType('key_insights', z.object({ insights: z.array(z.string()) }));
const Article = dataType('article', z.object({ article: z.string() }));

const WebResearch = capability({
  name: 'web_research',
  description: 'Finds pages and tells what they say.',
  input: anyOf(Url, Text),
  output: ResearchReport,
});
const DocumentAnalysis = capability({
  name: 'document_analysis',
  description: 'Tells what matters in a document.',
  input: anyOf(Pdf, Docx, Text),
  output: KeyInsights,
});
const ContentWriting = capability({
  name: 'content_writing',
  description: 'Turns material into an article.',
  input: anyOf(ResearchReport, Outline, Text),
  output: Article,
});

@Agent({ name: 'research_pro', version: '2.1.0' })
class ResearchAgent {
  @Provides(WebResearch) research(topic: string) {
    return { findings: [topic] };
  }

  @Provides(DocumentAnalysis) analyze() {
    return { insights: ['short'] };
  }
}

@Agent(ContentWriting, { name: 'content_writer', version: '1.5.0' })
class WriterAgent {
  isWell = true;

  execute() {
    return { article: 'Once upon a time.' };
  }

  healthCheck() {
    return this.isWell;
  }
}

async function boot() {
  const app = await Test.createTestingModule({
    imports: [CadreModule.forRoot({})],
    providers: [ResearchAgent, WriterAgent],
  }).compile();
  await app.init();
  return { app, registry: app.get(AgentRegistry), writer: app.get(WriterAgent) };
}

describe('the registry demo', () => {
  const booting = boot();
  afterAll(async () => (await booting).app.close());

  it('registers both agents in their versions', async () => {
    const { registry } = await booting;
    expect(registry.list().map(({ id }) => id)).toEqual(['research_pro@2.1.0', 'content_writer@1.5.0']);
    expect(registry.list().every(({ status, isAvailable }) => status === 'active' && isAvailable)).toBe(true);
  });

  it.each([
    ['web_research', ['research_pro']],
    ['content_writing', ['content_writer']],
    ['translation', []],
  ])('finds who provides %s', async (name, agents) => {
    const { registry } = await booting;
    expect(registry.list({ capability: name }).map((agent) => agent.name)).toEqual(agents);
  });

  it.each([
    ['pdf', ['research_pro']],
    ['text', ['research_pro', 'content_writer']],
    ['research_report', ['content_writer']],
    ['image', []],
  ])('finds who takes %s', async (inputType, agents) => {
    const { registry } = await booting;
    expect(registry.list({ inputType }).map((agent) => agent.name)).toEqual(agents);
  });

  it('lists every capability with who provides it', async () => {
    const { registry } = await booting;
    expect(
      registry.capabilities().map(({ name, providers }) => [name, providers.map(({ id }) => id)]),
    ).toEqual([
      ['content_writing', ['content_writer@1.5.0']],
      ['document_analysis', ['research_pro@2.1.0']],
      ['web_research', ['research_pro@2.1.0']],
    ]);
  });

  it('lists the healthy agents: all at first, and later not the one that is found broken', async () => {
    const { app, registry, writer } = await boot();
    const healthy = async () => (await registry.healthyAgents({ maxAgeMs: 0 })).map(({ name }) => name);
    expect(await healthy()).toEqual(['research_pro', 'content_writer']);
    writer.isWell = false;
    expect(await healthy()).toEqual(['research_pro']);
    expect(registry.get('content_writer')).toMatchObject({ status: 'failed', isAvailable: false });
    await app.close();
  });
});
