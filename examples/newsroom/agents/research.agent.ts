import { Agent, Provides, type HealthCheckable, type HealthReport, type TaskContext } from 'cadre';
import {
  CompetitiveAnalysis,
  IndustrySector,
  WebResearch,
  type CompetitorReport,
  type Finding,
  type Research,
  type ResearchReport,
} from '../capabilities.js';
import { namesIn } from '../text/names.js';
import { proseOf, shorten } from '../text/plain-text.js';
import { splitSentences } from '../text/sentences.js';
import { PageFetchTool } from '../tools/page-fetch.tool.js';
import { TextSummarizerTool } from '../tools/text-summarizer.tool.js';
import { WebSearchTool } from '../tools/web-search.tool.js';
import { confidenceOf, credibilityOf } from './credibility.js';

/** Pages that a report is made of; further results step in for pages that cannot be read. */
const MAX_PAGES = 5;
const MAX_RESULTS = 10;
const MAX_NAMES = 10;

interface Hit {
  readonly url: string;
  readonly title: string;
  readonly snippet: string;
}

/** A page that was read, or why it was not. */
type Reading =
  | { readonly isRead: true; readonly finding: Finding; readonly text: string; readonly credibility: number }
  | { readonly isRead: false; readonly url: string; readonly reason: string };

type ReadPage = Extract<Reading, { isRead: true }>;

/** Searches, reads the best pages side by side, and reports what they say; each finding reaches the caller as it comes. */
@Agent({
  name: 'research_pro',
  version: '2.1.0',
  description: 'Searches the web or the library and reports findings with their sources.',
  maxConcurrentTasks: 4,
  costPerTaskUsd: 0.02,
  // A check is a question to the search service, which may charge for it.
  healthCheckIntervalMs: 300_000,
  region: 'eu-west',
  tags: ['region:eu-west', 'web', 'deep'],
})
export class ResearchAgent implements HealthCheckable {
  constructor(
    private readonly search: WebSearchTool,
    private readonly pages: PageFetchTool,
    private readonly summarizer: TextSummarizerTool,
  ) {}

  @Provides(WebResearch, { estimatedDurationMs: 1_500, estimatedCostUsd: 0.02, estimatedSuccessRatio: 0.95 })
  async *research(query: string, task: TaskContext): AsyncGenerator<Finding, ResearchReport, void> {
    const { research } = yield* this.#investigate(query, task);
    return { query, ...research };
  }

  @Provides(CompetitiveAnalysis, {
    estimatedDurationMs: 2_500,
    estimatedCostUsd: 0.02,
    estimatedSuccessRatio: 0.9,
  })
  async *analyzeCompetition(
    subject: string,
    task: TaskContext,
  ): AsyncGenerator<Finding, CompetitorReport, void> {
    const isSector = task.inputType === IndustrySector.name;
    const query = isSector ? `${subject} leading companies market` : `${subject} competitors alternatives`;
    const { research, texts } = yield* this.#investigate(query, task);
    const sentences = texts.flatMap((text) => splitSentences(proseOf(text)).map((sentence) => sentence.text));
    const own = subject.toLowerCase();
    // Whoever is named in one sentence with a company has to do with it; in a sector, everybody has.
    const telling = isSector
      ? sentences
      : sentences.filter((sentence) => sentence.toLowerCase().includes(own));
    const competitors = namesIn(telling, subject, MAX_NAMES).map(({ term, count }) => ({
      name: term,
      mentions: count,
    }));
    return { subject, subjectKind: isSector ? 'sector' : 'company', competitors, ...research };
  }

  /** Asks the search provider something; no result is an answer too. */
  async healthCheck(): Promise<HealthReport> {
    const { provider, count } = await this.search.use({ query: 'news', limit: 1 });
    return { healthy: true, message: `the ${provider} search answers`, details: { provider, count } };
  }

  async *#investigate(
    query: string,
    task: TaskContext,
  ): AsyncGenerator<Finding, { research: Research; texts: string[] }, void> {
    task.reportProgress({ message: `Searching for "${shorten(query, 80)}"`, doneRatio: 0 });
    const { results } = await this.search.use({ query, limit: MAX_RESULTS });
    const read: ReadPage[] = [];
    const skipped: Research['skipped'] = [];
    for await (const reading of this.#read(distinct(results), task)) {
      if (!reading.isRead) {
        skipped.push({ url: reading.url, reason: reading.reason });
        continue;
      }
      read.push(reading);
      yield reading.finding;
    }
    const research = await this.#report(read, skipped, results.length);
    task.reportSources(research.sources);
    task.reportConfidence(research.confidence);
    return { research, texts: read.map(({ text }) => text) };
  }

  /** Reads pages side by side and yields them in the order of the results; each that fails gives its place to the next. */
  async *#read(hits: Hit[], task: TaskContext): AsyncGenerator<Reading, void, void> {
    const spare = [...hits];
    const pending = spare.splice(0, MAX_PAGES).map((hit) => this.#readPage(hit));
    const expected = pending.length;
    let done = 0;
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const reading = await next;
      task.signal.throwIfAborted();
      const substitute = reading.isRead ? undefined : spare.shift();
      if (substitute !== undefined) pending.push(this.#readPage(substitute));
      else done += 1;
      const url = reading.isRead ? reading.finding.url : reading.url;
      const message = `${reading.isRead ? 'Read' : 'Skipped'} ${shorten(url, 200)}`;
      task.reportProgress({ message, doneRatio: done / (expected + 1) });
      yield reading;
    }
  }

  /** Never rejects: a page that fails is a reason in the report. */
  async #readPage(hit: Hit): Promise<Reading> {
    try {
      const page = await this.pages.use({ url: hit.url });
      const { summary } = await this.summarizer.use({ text: page.text, maxSentences: 3 });
      const said = summary || hit.snippet;
      if (said === '') return { isRead: false, url: hit.url, reason: 'It holds no sentences.' };
      const finding = { title: page.title || hit.title, url: page.url, summary: said };
      return { isRead: true, finding, text: page.text, credibility: credibilityOf(page) };
    } catch (error) {
      return { isRead: false, url: hit.url, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async #report(read: readonly ReadPage[], skipped: Research['skipped'], results: number): Promise<Research> {
    const findings = read.map(({ finding }) => finding);
    const sources = read.map(({ finding, credibility }) => ({
      url: finding.url,
      title: finding.title,
      credibility,
    }));
    const text = findings.map(({ summary }) => summary).join('\n\n');
    const { summary } = await this.summarizer.use({ text, maxSentences: 4 });
    const confidence = confidenceOf(sources.map(({ credibility }) => credibility));
    return { summary, findings, sources, confidence, skipped, note: noteOn(findings.length, results) };
  }
}

function noteOn(findings: number, results: number): string | undefined {
  if (results === 0) return 'The search found nothing; try other words.';
  return findings === 0 ? 'None of the pages that were found could be read; see skipped.' : undefined;
}

function distinct(hits: readonly Hit[]): Hit[] {
  return [...new Map(hits.map((hit) => [hit.url, hit])).values()];
}
