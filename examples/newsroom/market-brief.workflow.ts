import { expr, text, Workflow, type DefinesWorkflow, type WorkflowStart } from 'cadre';
import {
  CompanyName,
  CompetitiveAnalysis,
  ContentWriting,
  PlainSummary,
  SearchQuery,
  WebResearch,
} from './capabilities.js';

/**
 * Researches a topic and a company side by side, asks a person, and writes a brief of what was found. `market_brief.yaml` is the
 * same workflow as people write it who have no compiler at hand.
 */
@Workflow({ version: '1.0.0', description: 'Researches a topic and a company, and writes a brief of it.' })
export class MarketBriefWorkflow implements DefinesWorkflow {
  define(flow: WorkflowStart) {
    return flow
      .input({ topic: SearchQuery, company: CompanyName })
      .step('research', WebResearch, ({ input }) => input.topic, {
        retry: { attempts: 3, backoff: 'exponential', delay: '1s' },
        timeout: '30s',
      })
      .step('rivals', CompetitiveAnalysis, ({ input }) => input.company, { after: [], optional: true })
      .approval('approve', ({ input }) => text`Publish a brief on ${input.topic}?`, {
        after: ['research', 'rivals'],
        timeout: '24h',
        onTimeout: 'fail',
      })
      .step('write', ContentWriting, ({ steps }) => ({ report: steps.research, rivals: steps.rivals }), {
        when: ({ steps }) => expr`size(${steps.research.findings}) > 0`,
        tags: ['model'],
        fallback: { use: PlainSummary },
      })
      .output(({ steps }) => steps.write);
  }
}
