import { Module } from '@nestjs/common';
import { CadreModule } from 'cadre';
import { readEnvironment } from 'cadre/server';
import { ContentWriterAgent } from './agents/content-writer.agent.js';
import { DocumentAnalystAgent } from './agents/document-analyst.agent.js';
import { NotifierAgent } from './agents/notifier.agent.js';
import { PlainWriterAgent } from './agents/plain-writer.agent.js';
import { ResearchAgent } from './agents/research.agent.js';
import { MarketBriefWorkflow } from './market-brief.workflow.js';
import { NEWSROOM_TOOLS } from './newsroom.providers.js';

/** A newsroom of five agents: research, document analysis, two writers and a notifier; and the workflow in which they write a market brief. */
@Module({
  imports: [CadreModule.forRootAsync({ useFactory: () => readEnvironment().cadre })],
  providers: [
    ...NEWSROOM_TOOLS,
    ResearchAgent,
    DocumentAnalystAgent,
    ContentWriterAgent,
    PlainWriterAgent,
    NotifierAgent,
    MarketBriefWorkflow,
  ],
})
export class NewsroomModule {}
