import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { OrchestrationService, type Capability } from 'cadre';
import {
  CompetitiveAnalysis,
  ContentWriting,
  DocumentAnalysis,
  FactExtraction,
  SendNotification,
  WebResearch,
} from './capabilities.js';
import { NewsroomModule } from './newsroom.module.js';
import { withFolder } from './testing/surroundings.js';

async function withNewsroom(
  test: (orchestration: OrchestrationService, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder({ 'guide.md': '# Breakers\n\nA breaker opens after three failures.' }, async (folder) => {
    const outer = process.env;
    // A database would take longer to start than all of these tests.
    process.env = {
      NEWSROOM_LIBRARY_DIR: folder,
      NEWSROOM_DATA_DIR: folder,
      CADRE_PERSISTENCE: 'memory',
    };
    try {
      const module = await Test.createTestingModule({ imports: [NewsroomModule] }).compile();
      const app = await module.init();
      try {
        await test(app.get(OrchestrationService), folder);
      } finally {
        await app.close();
      }
    } finally {
      process.env = outer;
    }
  });
}

describe('NewsroomModule', () => {
  it('researches, writes and mails without any setting but its folders', () =>
    withNewsroom(async (orchestration, folder) => {
      const { output: report, agent } = await orchestration.execute(WebResearch, 'When does a breaker open?');
      expect(agent).toBe('research_pro');
      expect(report.findings).toMatchObject([{ url: 'library:///guide.md#breakers' }]);

      const { output: article, outputType } = await orchestration.execute(ContentWriting, report);
      expect(outputType).toBe('article');

      const recipient = { address: 'ada@a.example', subject: 'Breakers' };
      const { output: sent } = await orchestration.execute(SendNotification, {
        text: article.text,
        recipient,
      });
      const mail = await readFile(join(folder, sent.location ?? ''), 'utf8');
      expect(mail).toContain('A breaker opens after three failures.');
    }));

  it('tells the types of its answers apart', () =>
    withNewsroom(async (orchestration) => {
      const typeOf = async (capability: Capability, input: unknown): Promise<string> =>
        (await orchestration.execute(capability.name, input)).outputType;
      expect(await typeOf(DocumentAnalysis, { path: 'guide.md' })).toBe('analysis_report');
      expect(await typeOf(DocumentAnalysis, 'A bare text.')).toBe('key_insights');
      expect(await typeOf(ContentWriting, 'A bare text.')).toBe('summary');
      expect(await typeOf(ContentWriting, { title: 'Plan', points: [{ heading: 'Why' }] })).toBe('blog_post');
      expect(await typeOf(FactExtraction, 'It grew by 3 %.')).toBe('fact_summary');
      expect(await typeOf(CompetitiveAnalysis, 'Acme')).toBe('competitor_report');
    }));

  it('refuses a mail whose subject would become a header', () =>
    withNewsroom(async (orchestration) => {
      const recipient = { address: 'ada@a.example', subject: 'Hi\r\nBcc: eve@e.example' };
      const sending = orchestration.execute(SendNotification, { text: 'Hello.', recipient });
      await expect(sending).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }));
});
