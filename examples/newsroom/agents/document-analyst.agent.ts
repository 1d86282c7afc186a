import { Agent, Provides, type TaskContext } from 'cadre';
import {
  AnalysisReport,
  DocumentAnalysis,
  FactExtraction,
  KeyInsights,
  type DocumentInput,
  type FactSummary,
} from '../capabilities.js';
import { figuresIn } from '../text/facts.js';
import { countWords, proseOf } from '../text/plain-text.js';
import { keyTerms, splitSentences } from '../text/sentences.js';
import { DocumentReaderTool } from '../tools/document-reader.tool.js';
import { TextSummarizerTool } from '../tools/text-summarizer.tool.js';

const SUMMARY_SENTENCES = 5;
const KEY_SENTENCES = 8;
const KEY_TERMS = 12;
const MAX_FACTS = 50;

/** Reads documents and says what they are about, in their own sentences. */
@Agent({
  name: 'document_analyst',
  version: '1.0.0',
  description: 'Analyzes PDF, DOCX, HTML, Markdown and text documents.',
  maxConcurrentTasks: 2,
  costPerTaskUsd: 0,
  tags: ['documents'],
})
export class DocumentAnalystAgent {
  constructor(
    private readonly reader: DocumentReaderTool,
    private readonly summarizer: TextSummarizerTool,
  ) {}

  @Provides(DocumentAnalysis, { estimatedDurationMs: 800, estimatedSuccessRatio: 0.9 })
  async analyze(input: DocumentInput | string, task: TaskContext) {
    return typeof input === 'string'
      ? KeyInsights.of(await this.#insights(input))
      : AnalysisReport.of(await this.#analyzeDocument(input, task));
  }

  @Provides(FactExtraction, { estimatedDurationMs: 50 })
  extractFacts(text: string): FactSummary {
    const facts = splitSentences(proseOf(text))
      .map((sentence) => ({ sentence: sentence.text, figures: figuresIn(sentence.text) }))
      .filter(({ figures }) => figures.length > 0);
    return { facts: facts.slice(0, MAX_FACTS) };
  }

  async #analyzeDocument(input: DocumentInput, task: TaskContext): Promise<AnalysisReport> {
    task.reportProgress({ message: 'Reading the document', doneRatio: 0 });
    const { text, ...document } = await this.reader.use(input);
    task.signal.throwIfAborted();
    task.reportProgress({ message: `Analyzing "${document.name}"`, doneRatio: 0.5 });
    const { summary, insights, keyTerms: terms } = await this.#insights(text);
    task.reportSources([{ title: document.title, url: 'url' in input ? input.url : undefined }]);
    return { ...document, wordCount: countWords(text), summary, keySentences: insights, keyTerms: terms };
  }

  async #insights(text: string): Promise<KeyInsights> {
    const { summary } = await this.summarizer.use({ text, maxSentences: SUMMARY_SENTENCES });
    const { sentences } = await this.summarizer.use({ text, maxSentences: KEY_SENTENCES });
    return { summary, insights: sentences, keyTerms: keyTerms(proseOf(text), KEY_TERMS) };
  }
}
