import { request } from 'undici';
import type { z } from 'zod';
import { SearchError } from '../newsroom.errors.js';
import { oneLine, shorten } from '../text/plain-text.js';
import type { SearchHit } from './search-provider.js';

const MAX_ANSWER_BYTES = 2_097_152;

/** A question to a search API. */
export interface SearchRequest<S extends z.ZodType> {
  readonly provider: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** What to check when it answers 401 or 403. */
  readonly credentials: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly answer: S;
}

/** Asks a search API and validates its answer. @throws SEARCH_REFUSED, SEARCH_UNAVAILABLE, SEARCH_TIMEOUT */
export async function askSearchApi<S extends z.ZodType>(ask: SearchRequest<S>): Promise<z.output<S>> {
  const late = AbortSignal.timeout(ask.timeoutMs);
  let text: string;
  try {
    text = await receive(ask, AbortSignal.any([ask.signal, late]));
  } catch (error) {
    if (ask.signal.aborted) throw ask.signal.reason;
    if (error instanceof SearchError) throw error;
    if (late.aborted) {
      const problem = `did not answer within ${ask.timeoutMs} ms; raise NEWSROOM_SEARCH_TIMEOUT_MS or try later`;
      throw new SearchError(ask.provider, 'timeout', problem, { cause: error });
    }
    const problem = `cannot be reached at ${ask.url.origin}; check its address and the network`;
    throw new SearchError(ask.provider, 'unavailable', problem, { cause: error });
  }
  return validateAnswer(ask, text);
}

async function receive(ask: SearchRequest<z.ZodType>, signal: AbortSignal): Promise<string> {
  const { statusCode, body } = await request(ask.url, {
    signal,
    headers: { accept: 'application/json', 'user-agent': 'cadre-newsroom', ...ask.headers },
  });
  if (statusCode !== 200) {
    body.on('error', () => {}).destroy();
    throw refusal(ask, statusCode);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      throw new SearchError(ask.provider, 'execution', `answered more than ${MAX_ANSWER_BYTES} bytes`, {
        retryable: false,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refusal({ provider, credentials }: SearchRequest<z.ZodType>, httpStatus: number): SearchError {
  if (httpStatus === 401 || httpStatus === 403) {
    const problem = `refused the request (${httpStatus}); check ${credentials}`;
    return new SearchError(provider, 'execution', problem, { httpStatus, retryable: false });
  }
  if (httpStatus === 429) {
    const problem = 'has had too many requests (429); wait a while, or raise the quota';
    return new SearchError(provider, 'unavailable', problem, { httpStatus });
  }
  if (httpStatus >= 500) {
    return new SearchError(provider, 'unavailable', `failed (${httpStatus}); try later`, { httpStatus });
  }
  const problem = `answered ${httpStatus}; check its address and settings`;
  return new SearchError(provider, 'execution', problem, { httpStatus, retryable: false });
}

function validateAnswer<S extends z.ZodType>(
  { provider, answer }: SearchRequest<S>,
  text: string,
): z.output<S> {
  const problem = 'answered something else than search results; check its address';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SearchError(provider, 'execution', problem, { cause, retryable: false });
  }
  const result = answer.safeParse(json);
  if (result.success) return result.data;
  throw new SearchError(provider, 'execution', problem, { cause: result.error, retryable: false });
}

/** Results as they are passed on: only those that can be fetched, without markup, of bounded length. */
export function toHits(
  results: readonly { readonly url: string; readonly title: string; readonly snippet?: string | null }[],
  limit: number,
): SearchHit[] {
  return results
    .filter(({ url }) => /^https?:\/\//i.test(url) && url.length <= 2_000)
    .slice(0, limit)
    .map(({ url, title, snippet }) => ({
      url,
      title: shorten(clean(title), 300),
      snippet: shorten(clean(snippet ?? ''), 1_000),
    }));
}

function clean(text: string): string {
  return oneLine(text.replace(/<\/?[a-z][^<>]{0,200}>/gi, ''));
}
