import { z } from 'zod';
import { allOf, anyOf, capability, dataType, type ManifestInput } from '../../agents/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';
import { checkWorkflow, type CheckEnvironment, type CheckResult } from '../../workflows/index.js';
import { catalogOf } from '../builders/catalog-of.js';

const Query = dataType('search_query', z.string().min(1));
const Company = dataType('company_name', z.string());
const Report = dataType('research_report', z.object({ findings: z.array(z.string()) }));
const Rivals = dataType('rivals', z.object({ names: z.array(z.string()) }));
const Article = dataType('article', z.object({ body: z.string() }));
const Payment = dataType('payment', z.object({ amount: z.number() }));
const Answer = dataType('answer', z.object({ approved: z.boolean() }));

export const named = (name: string) => ({ name, description: `Does ${name}.` });
const Research = capability({ ...named('web_research'), input: Query, output: Report });
const Rivalry = capability({ ...named('competitive_analysis'), input: Company, output: Rivals });
const Writing = capability({
  ...named('content_writing'),
  input: allOf({ report: Report, rivals: Rivals }),
  output: Article,
});
const Plain = capability({ ...named('plain_summary'), input: anyOf(Report, Rivals), output: Article });
const Publish = capability({ ...named('publish'), input: Article, output: Payment });
const Decide = capability({ ...named('decide'), input: Answer, output: Article });

export const AGENTS: readonly ManifestInput[] = [
  { name: 'researcher', version: '2.1.0', capabilities: [Research, Rivalry] },
  { name: 'writer', capabilities: [Writing, Plain] },
  { name: 'publisher', capabilities: [Publish] },
  { name: 'judge', capabilities: [Decide] },
  { name: 'anything', capabilities: ['convert'] },
];

export const MARKET_BRIEF = `
name: market_brief
version: 1.0.0
input: { topic: search_query, company: company_name }
steps:
  - id: research
    capability: web_research
    input: \${ input.topic }
    retry: { attempts: 3, backoff: exponential, delay: 1s }
    timeout: 30s
  - id: rivals
    capability: competitive_analysis
    input: \${ input.company }
    after: []
    optional: true
  - id: approve
    approval: { message: "Publish a brief on \${ input.topic }?", timeout: 24h, onTimeout: fail }
    after: [research, rivals]
  - id: write
    capability: content_writing
    when: \${ size(steps.research.output.findings) > 0 }
    input: { report: "\${ steps.research.output }", rivals: "\${ steps.rivals.output }" }
    onError: { fallback: { capability: plain_summary, input: "\${ steps.research.output }" } }
output: \${ steps.write.output }
`;

export type Fields = Record<string, unknown>;
type Surroundings = Partial<CheckEnvironment> & { readonly workflows?: Readonly<Record<string, unknown>> };

export function check(
  source: unknown,
  { workflows = {}, ...environment }: Surroundings = {},
): Promise<CheckResult> {
  return checkWorkflow(source, {
    catalog: catalogOf(...AGENTS),
    findWorkflow: (reference) => workflows[reference] as WorkflowDefinition | undefined,
    workflowNames: () => Object.keys(workflows),
    ...environment,
  });
}

export const brief = (steps: readonly Fields[], fields: Fields = {}) => ({ name: 'brief', steps, ...fields });

/** The problems as `path CODE`. */
export const codesOf = async (...args: Parameters<typeof check>) =>
  (await check(...args)).problems.map(({ path, code }) => `${path} ${code}`);

export const messagesOf = async (...args: Parameters<typeof check>) =>
  (await check(...args)).problems.map(({ message }) => message);
