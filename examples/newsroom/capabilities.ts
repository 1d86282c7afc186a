import { allOf, anyOf, capability, dataType } from 'cadre';
import { z } from 'zod';

/** The most characters of one text that the newsroom takes. */
export const MAX_TEXT_CHARACTERS = 1_000_000;
/** The most characters of a document sent inside a request: 20 MiB in base64. */
const MAX_BASE64_CHARACTERS = 27_962_028;

const Url = z.string().max(2_000);
const Ratio = z.number().min(0).max(1);
const Line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // A line break in a subject or name would become a header of its own.
  .regex(/^\P{Cc}*$/u, 'must be one line without control characters');

// What goes in

export const SearchQuery = dataType('search_query', z.string().trim().min(1).max(500), {
  description: 'A question or a few words to search for.',
});

export const CompanyName = dataType('company_name', Line, { description: 'The name of a company.' });

export const IndustrySector = dataType('industry_sector', Line, { description: 'A branch of industry.' });

export const Text = dataType(
  'text',
  z.string().max(MAX_TEXT_CHARACTERS).regex(/\S/, 'must hold more than white space'),
  { description: 'Plain text or Markdown.' },
);

const DocumentShape = z.union([
  z.strictObject({ path: z.string().min(1).max(1_000) }),
  z.strictObject({ url: Url.min(1) }),
  z.strictObject({
    base64: z.base64().min(4).max(MAX_BASE64_CHARACTERS),
    mediaType: z.string().min(3).max(200),
    name: Line.optional(),
  }),
]);
export type DocumentInput = z.infer<typeof DocumentShape>;
export const DocumentInput = dataType('document', DocumentShape, {
  description:
    'A document: a path in the library folder, a URL, or the bytes in base64 with their media type.',
});

export const Outline = dataType(
  'outline',
  z.strictObject({
    title: Line,
    points: z
      .array(z.strictObject({ heading: Line, notes: z.string().max(50_000).optional() }))
      .min(1)
      .max(50),
  }),
  { description: 'A title and the points of a piece, each with the notes to write it from.' },
);

export const Email = dataType(
  'email',
  z.strictObject({ address: z.email().max(254), subject: Line.optional() }),
  {
    description: 'Who gets a mail, and under which subject.',
  },
);

// What comes out

const Source = z.object({ url: Url, title: z.string(), credibility: Ratio });
export type Source = z.infer<typeof Source>;

const Finding = z.object({ title: z.string(), url: Url, summary: z.string() });
export type Finding = z.infer<typeof Finding>;

/** What both reports of the research agent have in common. */
const Research = z.object({
  summary: z.string(),
  findings: z.array(Finding),
  sources: z.array(Source),
  /** How sure the agent is, see the README. */
  confidence: Ratio,
  /** Pages that were found and could not be read. */
  skipped: z.array(z.object({ url: Url, reason: z.string() })),
  /** Why there is little or nothing to report. */
  note: z.string().optional(),
});
export type Research = z.infer<typeof Research>;

const ResearchReportShape = Research.extend({ query: z.string() });
export type ResearchReport = z.infer<typeof ResearchReportShape>;
export const ResearchReport = dataType('research_report', ResearchReportShape, {
  description: 'Findings on a question, with their sources.',
});

const CompetitorReportShape = Research.extend({
  subject: z.string(),
  subjectKind: z.enum(['company', 'sector']),
  competitors: z.array(z.object({ name: z.string(), mentions: z.int().min(1) })),
});
export type CompetitorReport = z.infer<typeof CompetitorReportShape>;
export const CompetitorReport = dataType('competitor_report', CompetitorReportShape, {
  description: 'Names that are mentioned beside a company or in a sector, with findings and sources.',
});

const KeyTerm = z.object({ term: z.string(), count: z.int().min(1) });

export const BriefMaterial = dataType(
  'brief_material',
  z.object({ report: ResearchReportShape, rivals: CompetitorReportShape.nullable() }),
  { description: 'What a market brief is written from; without the competitors where nobody could tell.' },
);

const AnalysisReportShape = z.object({
  name: z.string(),
  title: z.string(),
  mediaType: z.string(),
  wordCount: z.int().min(0),
  pageCount: z.int().min(0).optional(),
  /** As the document itself declares it. */
  language: z.string().optional(),
  summary: z.string(),
  keySentences: z.array(z.string()),
  keyTerms: z.array(KeyTerm),
  headings: z.array(z.object({ level: z.int().min(1).max(6), text: z.string() })),
  /** A limit cut the document; only its beginning was analyzed. */
  isTruncated: z.boolean(),
});
export type AnalysisReport = z.infer<typeof AnalysisReportShape>;
export const AnalysisReport = dataType('analysis_report', AnalysisReportShape, {
  description: 'What a document is about: summary, key sentences, key terms, headings.',
});

const KeyInsightsShape = z.object({
  summary: z.string(),
  insights: z.array(z.string()),
  keyTerms: z.array(KeyTerm),
});
export type KeyInsights = z.infer<typeof KeyInsightsShape>;
export const KeyInsights = dataType('key_insights', KeyInsightsShape, {
  description: 'The sentences and terms that carry a text.',
});

const FactSummaryShape = z.object({
  facts: z.array(z.object({ sentence: z.string(), figures: z.array(z.string()) })),
});
export type FactSummary = z.infer<typeof FactSummaryShape>;
export const FactSummary = dataType('fact_summary', FactSummaryShape, {
  description: 'The sentences of a text that state figures, with these figures.',
});

/** A written piece. `text` is Markdown, whichever of the three it is. */
const Piece = z.object({
  title: z.string(),
  text: z.string(),
  wordCount: z.int().min(0),
  writtenBy: z.enum(['model', 'extraction']),
  sources: z.array(Url),
});

const ArticleShape = Piece.extend({ kind: z.literal('article') });
export const Article = dataType('article', ArticleShape, {
  description: 'An article written from a report.',
});
const BlogPostShape = Piece.extend({ kind: z.literal('blog_post') });
export const BlogPost = dataType('blog_post', BlogPostShape, {
  description: 'A blog post written from an outline.',
});
const SummaryShape = Piece.extend({ kind: z.literal('summary') });
export type SummaryPiece = z.infer<typeof SummaryShape>;
export const Summary = dataType('summary', SummaryShape, { description: 'A summary of a text.' });

/** Any of the pieces; `kind` tells which. */
export const WrittenPiece = z.discriminatedUnion('kind', [ArticleShape, BlogPostShape, SummaryShape]);
export type WrittenPiece = z.infer<typeof WrittenPiece>;

const DeliveryConfirmationShape = z.object({
  messageId: z.string(),
  transport: z.enum(['smtp', 'file']),
  /** Of a mail that was written to a file: its path inside the data folder. */
  location: z.string().optional(),
  accepted: z.array(z.string()),
});
export type DeliveryConfirmation = z.infer<typeof DeliveryConfirmationShape>;
export const DeliveryConfirmation = dataType('delivery_confirmation', DeliveryConfirmationShape, {
  description: 'A mail was handed over, and to whom.',
});

// What can be done

export const WebResearch = capability({
  name: 'web_research',
  description: 'Searches for a question, reads the best pages and reports what they say, with sources.',
  input: SearchQuery,
  output: ResearchReport,
});

export const CompetitiveAnalysis = capability({
  name: 'competitive_analysis',
  description: 'Finds out who is mentioned beside a company, or in an industry sector.',
  input: anyOf(CompanyName, IndustrySector),
  output: CompetitorReport,
});

export const DocumentAnalysis = capability({
  name: 'document_analysis',
  description:
    'Reads a document (PDF, DOCX, HTML, Markdown, text) or a bare text and says what matters in it.',
  input: anyOf(DocumentInput, Text),
  output: anyOf(AnalysisReport, KeyInsights),
});

export const FactExtraction = capability({
  name: 'fact_extraction',
  description: 'Picks the sentences of a text that state figures.',
  input: Text,
  output: FactSummary,
});

/** All that pieces are written from. */
const WritingMaterial = anyOf(ResearchReport, BriefMaterial, Outline, Text);

export const ContentWriting = capability({
  name: 'content_writing',
  description: 'Writes an article from a report, a blog post from an outline, or a summary of a text.',
  input: WritingMaterial,
  output: anyOf(Article, BlogPost, Summary),
});

export const PlainSummary = capability({
  name: 'plain_summary',
  description: 'Sums up what an article could be written from, in sentences of the material itself.',
  input: WritingMaterial,
  output: Summary,
});

export const SendNotification = capability({
  name: 'send_notification',
  description: 'Summarizes a text and mails it.',
  input: allOf({ text: Text, recipient: Email }),
  output: DeliveryConfirmation,
});
