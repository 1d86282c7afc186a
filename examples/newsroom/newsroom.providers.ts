import type { Provider } from '@nestjs/common';
import { LibraryFolder } from './library/library-folder.js';
import { FileMailTransport } from './mail/file.mail-transport.js';
import { MailTransport } from './mail/mail-transport.js';
import { SmtpMailTransport } from './mail/smtp.mail-transport.js';
import { NewsroomSettings } from './newsroom.options.js';
import { BraveSearchProvider } from './search/brave.search-provider.js';
import { GoogleSearchProvider } from './search/google.search-provider.js';
import { LibrarySearchProvider } from './search/library.search-provider.js';
import { SearchProvider } from './search/search-provider.js';
import { SearxngSearchProvider } from './search/searxng.search-provider.js';
import { ArticleComposerTool } from './tools/article-composer.tool.js';
import { DocumentReaderTool } from './tools/document-reader.tool.js';
import { EmailTool } from './tools/email.tool.js';
import { PageFetchTool } from './tools/page-fetch.tool.js';
import { TextSummarizerTool } from './tools/text-summarizer.tool.js';
import { WebSearchTool } from './tools/web-search.tool.js';
import { GuardedHttp } from './web/guarded-http.js';
import { ChatModel } from './writing/chat-model.js';

/** The search that the settings name. */
export function makeSearchProvider({ search }: NewsroomSettings, library: LibraryFolder): SearchProvider {
  if (search.provider === 'searxng') return new SearxngSearchProvider(search);
  if (search.provider === 'brave') return new BraveSearchProvider(search);
  if (search.provider === 'google') return new GoogleSearchProvider(search);
  return new LibrarySearchProvider(library);
}

/** SMTP where a server is set, the outbox folder otherwise. */
export function makeMailTransport({ mail, dataFolder }: NewsroomSettings): MailTransport {
  return mail.smtpUrl === undefined ? new FileMailTransport(dataFolder) : new SmtpMailTransport(mail.smtpUrl);
}

/** What the agents use, made from the settings. One instance of each tool, so that all agents share its limits. */
export const NEWSROOM_TOOLS: Provider[] = [
  { provide: NewsroomSettings, useFactory: () => new NewsroomSettings(process.env) },
  {
    provide: LibraryFolder,
    useFactory: (settings: NewsroomSettings) => new LibraryFolder(settings.library),
    inject: [NewsroomSettings],
  },
  {
    provide: GuardedHttp,
    useFactory: (settings: NewsroomSettings) => new GuardedHttp(settings.fetch),
    inject: [NewsroomSettings],
  },
  { provide: SearchProvider, useFactory: makeSearchProvider, inject: [NewsroomSettings, LibraryFolder] },
  { provide: MailTransport, useFactory: makeMailTransport, inject: [NewsroomSettings] },
  {
    provide: ChatModel,
    useFactory: (settings: NewsroomSettings) => new ChatModel(settings.model),
    inject: [NewsroomSettings],
  },
  {
    provide: WebSearchTool,
    useFactory: (provider: SearchProvider) => new WebSearchTool(provider),
    inject: [SearchProvider],
  },
  {
    provide: PageFetchTool,
    useFactory: (library: LibraryFolder, http: GuardedHttp) => new PageFetchTool(library, http),
    inject: [LibraryFolder, GuardedHttp],
  },
  {
    provide: DocumentReaderTool,
    useFactory: (library: LibraryFolder, http: GuardedHttp, { documents }: NewsroomSettings) =>
      new DocumentReaderTool(library, http, documents),
    inject: [LibraryFolder, GuardedHttp, NewsroomSettings],
  },
  TextSummarizerTool,
  {
    provide: ArticleComposerTool,
    useFactory: (summarizer: TextSummarizerTool) => new ArticleComposerTool(summarizer),
    inject: [TextSummarizerTool],
  },
  {
    provide: EmailTool,
    useFactory: (transport: MailTransport, { mail }: NewsroomSettings) => new EmailTool(transport, mail.from),
    inject: [MailTransport, NewsroomSettings],
  },
];
