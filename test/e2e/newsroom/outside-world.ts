import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** An HTTP server that a test runs on a free port, for the newsroom to talk to. */
abstract class WebServer {
  readonly #server = createServer((request, response) => {
    Promise.resolve(this.answer(request, response)).catch(() => response.destroy());
  });

  protected abstract answer(request: IncomingMessage, response: ServerResponse): Promise<void> | void;

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Also ends what is still being answered. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

type Page = (response: ServerResponse) => void;

/** A page of HTML with this text, by an author. */
export function page(title: string, text: string): Page {
  const head = `<title>${title}</title><meta name="author" content="Grace Harbor">`;
  const body = `<article><h1>${title}</h1><p>${text}</p></article>`;
  const html = `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`;
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  };
}

/** A web site: how each path answers. */
export class Site extends WebServer {
  /** Paths that were asked for. */
  readonly visits: string[] = [];

  constructor(private readonly pages: Readonly<Record<string, Page>>) {
    super();
  }

  protected answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    this.visits.push(url);
    const answer = this.pages[url];
    if (answer === undefined) response.writeHead(404).end();
    else answer(response);
  }
}

/** A search engine with the JSON interface of SearXNG, which finds the same pages whatever is asked. */
export class SearchEngine extends WebServer {
  /** While it is down, every connection breaks. */
  isDown = false;
  readonly queries: string[] = [];

  constructor(private readonly found: readonly string[]) {
    super();
  }

  protected answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, this.url);
    if (this.isDown) response.destroy();
    else if (pathname !== '/search' || searchParams.get('format') !== 'json') response.writeHead(403).end();
    else {
      this.queries.push(searchParams.get('q') ?? '');
      const results = this.found.map((address) => ({ url: address, title: 'A page', content: 'Its start.' }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }));
    }
  }
}

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream_options?: { readonly include_usage?: boolean };
}

/** What a chat model streams, and the tokens it says it used. */
interface ChatAnswer {
  readonly pieces: readonly string[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** A chat model behind OpenAI's interface, which gives everybody the same answer. */
export class ChatServer extends WebServer {
  /** While it is broken, it answers 500. */
  isBroken = false;
  readonly requests: (ChatRequest & { readonly authorization?: string })[] = [];

  constructor(private readonly chatAnswer: ChatAnswer) {
    super();
  }

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as ChatRequest;
    this.requests.push({ ...body, authorization: request.headers.authorization });
    if (request.url !== '/v1/chat/completions') response.writeHead(404).end();
    else if (this.isBroken) response.writeHead(500).end('{"error":{"message":"out of memory"}}');
    else this.#stream(response, body.stream_options?.include_usage === true);
  }

  #stream(response: ServerResponse, includeUsage: boolean): void {
    const { pieces, usage } = this.chatAnswer;
    const send = (choices: readonly object[], more = {}): void => {
      const chunk = { id: 'answer-1', object: 'chat.completion.chunk', created: 0, model: 'tiny' };
      response.write(`data: ${JSON.stringify({ ...chunk, choices, ...more })}\n\n`);
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of pieces) send([{ index: 0, delta: { role: 'assistant', content } }]);
    send([{ index: 0, delta: {}, finish_reason: 'stop' }]);
    // Like the servers that it stands for: tokens are told to those who ask.
    if (includeUsage) send([], { usage });
    response.end('data: [DONE]\n\n');
  }
}

/** A mail server with one user, `desk`. */
export class MailServer {
  /** Mails that it will put off with 451 before it takes one. */
  deferrals = 0;
  readonly deferred: ParsedMail[] = [];
  readonly accepted: ParsedMail[] = [];
  readonly #server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'desk' && password === 's@fe') done(null, { user: username });
      else done(new RangeError('unknown user'));
    },
    onData: (stream, _session, done) => callbackify(() => this.#take(stream))(done),
  });

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `smtp://desk:s%40fe@127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(stream: Readable): Promise<void> {
    const mail = await simpleParser(stream);
    if (this.deferrals === 0) {
      this.accepted.push(mail);
      return;
    }
    this.deferrals -= 1;
    this.deferred.push(mail);
    throw Object.assign(new RangeError('try later'), { responseCode: 451 });
  }
}
