import { Test } from '@nestjs/testing';
import {
  Agent,
  AgentRegistry,
  anyOf,
  CadreModule,
  capability,
  dataType,
  OrchestrationService,
  Provides,
  type TaskContext,
} from 'cadre';
import { z } from 'zod';

const UrlList = dataType('url_list', z.array(z.url()).min(1));
const SearchQuery = dataType('search_query', z.string().min(1));
const Pdf = dataType('pdf', z.object({ file: z.string().endsWith('.pdf') }));
const Docx = dataType('docx', z.object({ file: z.string().endsWith('.docx') }));
const CompanyName = dataType('company_name', z.object({ company: z.string() }));
const IndustrySector = dataType('industry_sector', z.object({ sector: z.string() }));
const Source = z.object({ url: z.string(), credibility: z.number() });
const ResearchReport = dataType(
  'research_report',
  z.object({ findings: z.array(z.string()), sources: z.array(Source) }),
);
const FactSummary = dataType('fact_summary', z.object({ facts: z.array(z.string()) }));
const DocumentSummary = dataType('document_summary', z.object({ summary: z.string() }));
const KeyInsights = dataType('key_insights', z.object({ insights: z.array(z.string()) }));
const CompetitorReport = dataType('competitor_report', z.object({ competitors: z.array(z.string()) }));

const WebResearch = capability({
  name: 'web_research',
  description: 'Finds pages and tells what they say.',
  input: anyOf(UrlList, SearchQuery),
  output: anyOf(ResearchReport, FactSummary),
});
const DocumentAnalysis = capability({
  name: 'document_analysis',
  description: 'Tells what matters in a document.',
  input: anyOf(Pdf, Docx),
  output: anyOf(DocumentSummary, KeyInsights),
});
const CompetitiveAnalysis = capability({
  name: 'competitive_analysis',
  description: 'Tells who else is in the market.',
  input: anyOf(CompanyName, IndustrySector),
  output: CompetitorReport,
});

/** Does several things, one method each. */
@Agent({ name: 'research_agent' })
class ResearchAgent {
  @Provides(WebResearch) research(query: string | string[], task: TaskContext) {
    return ResearchReport.of({ findings: [`${task.inputType}: ${String(query)}`, 'second'], sources: [] });
  }

  @Provides(DocumentAnalysis) analyze({ file }: { file: string }) {
    return KeyInsights.of({ insights: [`read ${file}`] });
  }

  @Provides(CompetitiveAnalysis) compare() {
    return { competitors: ['A', 'B'] };
  }
}

/** Does one thing well. */
@Agent(WebResearch, { name: 'web_research_agent' })
class WebResearchAgent {
  execute(query: string | string[], task: TaskContext) {
    const source = { url: 'https://example.org/', credibility: 0.9 };
    task.reportConfidence(0.95);
    task.reportSources([source]);
    return ResearchReport.of({ findings: [`deep: ${String(query)}`], sources: [source] });
  }
}

async function boot() {
  const app = await Test.createTestingModule({
    imports: [CadreModule.forRoot({})],
    providers: [ResearchAgent, WebResearchAgent],
  }).compile();
  await app.init();
  return { app, registry: app.get(AgentRegistry), orchestration: app.get(OrchestrationService) };
}

describe('the capabilities demo', () => {
  const booting = boot();
  afterAll(async () => (await booting).app.close());

  it('tells what the agent of many capabilities can do, with inputs and outputs', async () => {
    const { registry } = await booting;
    const { capabilities } = registry.get('research_agent').manifest;
    const told = capabilities.map(({ capability: { name, description, contract } }) => ({
      name,
      description,
      inputs: [...contract.inputs.keys()],
      outputs: contract.outputs.map((type) => type.name),
    }));
    expect(told).toEqual([
      {
        name: 'web_research',
        description: 'Finds pages and tells what they say.',
        inputs: ['url_list', 'search_query'],
        outputs: ['research_report', 'fact_summary'],
      },
      {
        name: 'document_analysis',
        description: 'Tells what matters in a document.',
        inputs: ['pdf', 'docx'],
        outputs: ['document_summary', 'key_insights'],
      },
      {
        name: 'competitive_analysis',
        description: 'Tells who else is in the market.',
        inputs: ['company_name', 'industry_sector'],
        outputs: ['competitor_report'],
      },
    ]);
  });

  it('carries out one of its capabilities by the method that provides it', async () => {
    const { orchestration } = await booting;
    const result = await orchestration.execute(WebResearch, 'AI trends', { agent: 'research_agent' });
    expect(result).toMatchObject({
      status: 'succeeded',
      agent: 'research_agent',
      capability: 'web_research',
      outputType: 'research_report',
      output: { findings: ['search_query: AI trends', 'second'], sources: [] },
    });
    expect(result.attempts).toHaveLength(1);
  });

  it('carries out another one, and says which of the declared outputs it made', async () => {
    const { orchestration } = await booting;
    const result = await orchestration.execute(DocumentAnalysis, { file: 'quarterly_report.pdf' });
    expect(result).toMatchObject({
      agent: 'research_agent',
      outputType: 'key_insights',
      output: { insights: ['read quarterly_report.pdf'] },
    });
  });

  it('carries out the capability of the agent that has only one', async () => {
    const { orchestration, registry } = await booting;
    const { capabilities } = registry.get('web_research_agent').manifest;
    expect(capabilities.map(({ capability: { name } }) => name)).toEqual(['web_research']);
    const result = await orchestration.execute(WebResearch, ['https://example.org/'], {
      agent: 'web_research_agent',
    });
    expect(result).toMatchObject({
      agent: 'web_research_agent',
      outputType: 'research_report',
      confidence: 0.95,
      sources: [{ url: 'https://example.org/', credibility: 0.9 }],
      output: { findings: ['deep: https://example.org/'] },
    });
  });

  it('refuses what the agent cannot do, and names what it can', async () => {
    const { orchestration } = await booting;
    const asking = orchestration.execute(
      DocumentAnalysis,
      { file: 'a.pdf' },
      { agent: 'web_research_agent' },
    );
    await expect(asking).rejects.toMatchObject({
      code: 'CAPABILITY_UNSUPPORTED',
      details: { capability: 'document_analysis', supported: ['web_research'] },
    });
  });

  it('does not care who does it when nobody is named', async () => {
    const { orchestration } = await booting;
    const { choice } = await orchestration.execute(WebResearch, 'anything', { strategy: 'first' });
    expect(choice.chosen).toEqual({ agent: 'research_agent', version: '1.0.0' });
    expect(choice.candidates.map(({ agent }) => agent)).toEqual(['research_agent', 'web_research_agent']);
  });
});
