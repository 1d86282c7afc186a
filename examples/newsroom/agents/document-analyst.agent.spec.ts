import { PDFDocument } from 'pdf-lib';
import { LibraryFolder } from '../library/library-folder.js';
import { withFolder, withHttp } from '../testing/surroundings.js';
import { taskContext } from '../testing/task-context.js';
import { DocumentReaderTool } from '../tools/document-reader.tool.js';
import { TextSummarizerTool } from '../tools/text-summarizer.tool.js';
import { DocumentAnalystAgent } from './document-analyst.agent.js';

const TEXT = 'Agents route tasks. A task waits for an agent. In 2025 agents cost 3 dollars.';

function withAnalyst(test: (agent: DocumentAnalystAgent) => Promise<void>): Promise<void> {
  return withFolder({ 'a.md': `# Agents\n\n${TEXT}` }, (folder) =>
    withHttp({}, (http) => {
      const reader = new DocumentReaderTool(new LibraryFolder({ folder }), http, {
        maxBytes: 9_999,
        maxPages: 9,
      });
      return test(new DocumentAnalystAgent(reader, new TextSummarizerTool()));
    }),
  );
}

describe('DocumentAnalystAgent', () => {
  it('reports what a document is about', () =>
    withAnalyst(async (agent) => {
      const { task, reports } = taskContext();
      expect(await agent.analyze({ path: 'a.md' }, task)).toMatchObject({
        type: 'analysis_report',
        value: {
          name: 'a.md',
          title: 'Agents',
          mediaType: 'text/markdown',
          wordCount: 16,
          summary: TEXT,
          keyTerms: [
            { term: 'agents', count: 3 },
            { term: 'task', count: 2 },
          ],
          headings: [{ level: 1, text: 'Agents' }],
          isTruncated: false,
        },
      });
      expect(reports.sources).toEqual([{ title: 'Agents', url: undefined }]);
    }));

  it('reads a PDF that comes with the request', () =>
    withAnalyst(async (agent) => {
      const pdf = await PDFDocument.create();
      pdf.addPage().drawText('Printed on paper.');
      const base64 = Buffer.from(await pdf.save()).toString('base64');
      const report = await agent.analyze({ base64, mediaType: 'application/pdf' }, taskContext().task);
      expect(report.value).toMatchObject({ pageCount: 1, summary: 'Printed on paper.' });
    }));

  it('gives the insights of a bare text', () =>
    withAnalyst(async (agent) => {
      expect(await agent.analyze(TEXT, taskContext().task)).toMatchObject({
        type: 'key_insights',
        value: { summary: TEXT, insights: expect.arrayContaining(['Agents route tasks.']) },
      });
    }));

  it('picks the sentences that state figures', () =>
    withAnalyst((agent) => {
      expect(agent.extractFacts(TEXT)).toEqual({
        facts: [{ sentence: 'In 2025 agents cost 3 dollars.', figures: ['2025', '3'] }],
      });
      return Promise.resolve();
    }));

  it('stops when the task is canceled', () =>
    withAnalyst(async (agent) => {
      const reason = new DOMException('canceled', 'AbortError');
      const { task } = taskContext({ signal: AbortSignal.abort(reason) });
      await expect(agent.analyze({ path: 'a.md' }, task)).rejects.toBe(reason);
    }));
});
