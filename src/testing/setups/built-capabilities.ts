import { z } from 'zod';
import { allOf, capability, dataType } from '../../agents/index.js';
import { workflow } from '../../workflows/index.js';

export const SearchQuery = dataType('search_query', z.string());
export const CompanyName = dataType('company_name', z.string());
export const Tone = dataType('tone', z.enum(['dry', 'lively']));
const Finding = z.object({ text: z.string(), score: z.number() });
const Report = dataType('research_report', z.object({ findings: z.array(Finding) }));
const Rivals = dataType('rivals', z.object({ names: z.array(z.string()) }));
const Article = dataType('article', z.object({ title: z.string(), body: z.string() }));
export const Payment = dataType('payment', z.object({ amount: z.number() }));

const named = (name: string) => ({ name, description: `Does ${name}.` });
export const WebResearch = capability({ ...named('web_research'), input: SearchQuery, output: Report });
export const Rivalry = capability({ ...named('competitive_analysis'), input: CompanyName, output: Rivals });
export const Writing = capability({
  ...named('content_writing'),
  input: z.object({ report: Report.schema, rivals: Rivals.schema.nullable() }),
  output: Article,
});
export const PlainSummary = capability({ ...named('plain_summary'), input: Report, output: Article });
export const Shorten = capability({ ...named('shorten'), input: SearchQuery, output: SearchQuery });
export const Unpublish = capability({ ...named('unpublish'), input: Article, output: Article });
export const Send = capability({
  ...named('send'),
  input: allOf({ what: Article, to: SearchQuery }),
  output: Article,
});

/** Steps behind one that gives a report. */
export const begun = () =>
  workflow('brief')
    .input({ topic: SearchQuery })
    .step('research', WebResearch, ({ input }) => input.topic);
