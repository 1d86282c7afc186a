import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { isCadreError } from 'cadre';
import { Agent, request, type Dispatcher } from 'undici';
import { PageFetchError } from '../newsroom.errors.js';
import { checkUrl, guardedLookup } from './address-guard.js';

/** The bounds of one fetch; see the README for the defaults. */
export interface FetchLimits {
  readonly allowPrivateAddresses: boolean;
  /** Milliseconds for the whole fetch: names, redirects and body. */
  readonly timeoutMs: number;
  /** Bytes of the body, compressed and decompressed. */
  readonly maxBytes: number;
}

/** What came back. */
export interface FetchedBody {
  /** After redirects. */
  readonly url: string;
  /** In lower case, without parameters. */
  readonly mediaType: string;
  readonly charset?: string;
  readonly bytes: Buffer;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Fetches from the public internet by GET, within limits of time, size and redirects, and never from private addresses. */
export class GuardedHttp {
  readonly #limits: FetchLimits;
  readonly #dispatcher: Agent;

  constructor(limits: FetchLimits) {
    this.#limits = limits;
    this.#dispatcher = new Agent({
      connect: limits.allowPrivateAddresses ? {} : { lookup: guardedLookup },
      connections: 8,
      pipelining: 1,
    });
  }

  /**
   * @param accepted media types that are taken
   * @param maxBytes of the body; default: that of the limits
   * @throws ADDRESS_REFUSED, PAGE_REFUSED, PAGE_TIMEOUT, PAGE_UNAVAILABLE, or the signal's reason
   */
  async get(
    url: string,
    accepted: ReadonlySet<string>,
    options: { readonly signal?: AbortSignal; readonly maxBytes?: number } = {},
  ): Promise<FetchedBody> {
    const late = AbortSignal.timeout(this.#limits.timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
    try {
      return await this.#follow(url, accepted, options.maxBytes ?? this.#limits.maxBytes, signal);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      const known = cadreErrorIn(error);
      if (known !== undefined) throw known;
      if (late.aborted) {
        throw new PageFetchError(url, 'PAGE_TIMEOUT', `did not arrive within ${this.#limits.timeoutMs} ms`);
      }
      const code = (error as { code?: string }).code ?? 'unknown';
      throw new PageFetchError(url, 'PAGE_UNAVAILABLE', `cannot be reached (${code})`, { cause: error });
    }
  }

  /** Nest calls it at shutdown: closes all connections. */
  onModuleDestroy(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  async #follow(
    start: string,
    accepted: ReadonlySet<string>,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<FetchedBody> {
    let url = checkUrl(start, this.#limits.allowPrivateAddresses);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await request(url, {
        dispatcher: this.#dispatcher,
        signal,
        headers: {
          accept: [...accepted].join(', '),
          'accept-encoding': 'gzip, br',
          'user-agent': 'cadre-newsroom',
        },
      });
      const { location } = response.headers;
      if (!REDIRECTS.has(response.statusCode) || typeof location !== 'string') {
        return await receive(url, response, accepted, maxBytes);
      }
      discard(response);
      const next = URL.canParse(location, url.href) ? new URL(location, url).href : location;
      url = checkUrl(next, this.#limits.allowPrivateAddresses);
    }
    throw new PageFetchError(start, 'PAGE_REFUSED', `redirects more than ${MAX_REDIRECTS} times`);
  }
}

async function receive(
  url: URL,
  response: Dispatcher.ResponseData,
  accepted: ReadonlySet<string>,
  maxBytes: number,
): Promise<FetchedBody> {
  const problem = findProblem(url.href, response, accepted, maxBytes);
  if (problem !== undefined) {
    discard(response);
    throw problem;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body, so nothing more is received.
    if (size > maxBytes) throw tooLarge(url.href, maxBytes);
    chunks.push(chunk);
  }
  const contentType = String(response.headers['content-type'] ?? '');
  return {
    url: url.href,
    mediaType: mediaTypeOf(contentType),
    charset: /charset\s*=\s*"?([\w-]{1,40})/i.exec(contentType)?.[1],
    bytes: decode(url.href, Buffer.concat(chunks), response.headers['content-encoding'], maxBytes),
  };
}

function findProblem(
  url: string,
  { statusCode, headers }: Dispatcher.ResponseData,
  accepted: ReadonlySet<string>,
  maxBytes: number,
): PageFetchError | undefined {
  if (statusCode < 200 || statusCode > 299) {
    const isPassing = statusCode === 429 || statusCode >= 500;
    return new PageFetchError(
      url,
      isPassing ? 'PAGE_UNAVAILABLE' : 'PAGE_REFUSED',
      `answered ${statusCode}`,
      {
        httpStatus: statusCode,
      },
    );
  }
  const mediaType = mediaTypeOf(String(headers['content-type'] ?? ''));
  if (!accepted.has(mediaType)) {
    const types = [...accepted].join(', ');
    return new PageFetchError(
      url,
      'PAGE_REFUSED',
      `is of the type "${mediaType.slice(0, 80)}"; only ${types} are read`,
    );
  }
  return Number(headers['content-length'] ?? 0) > maxBytes ? tooLarge(url, maxBytes) : undefined;
}

function decode(
  url: string,
  bytes: Buffer,
  encoding: string | string[] | undefined,
  maxOutputLength: number,
): Buffer {
  const name = String(encoding ?? 'identity').toLowerCase();
  try {
    if (name === 'gzip' || name === 'x-gzip') return gunzipSync(bytes, { maxOutputLength });
    if (name === 'br') return brotliDecompressSync(bytes, { maxOutputLength });
    if (name === 'deflate') return inflateSync(bytes, { maxOutputLength });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(url, maxOutputLength);
    throw new PageFetchError(url, 'PAGE_REFUSED', `is not the ${name} it claims to be`, { cause: error });
  }
  if (name === 'identity') return bytes;
  throw new PageFetchError(url, 'PAGE_REFUSED', `is encoded as "${name.slice(0, 40)}", which is not read`);
}

function tooLarge(url: string, maxBytes: number): PageFetchError {
  return new PageFetchError(url, 'PAGE_REFUSED', `is larger than ${maxBytes} bytes`);
}

function mediaTypeOf(contentType: string): string {
  return contentType.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Without this, the connection would wait for a body that nobody reads. */
function discard({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => {}).destroy();
}

/** The HTTP client wraps what its name resolver threw. */
function cadreErrorIn(error: unknown): Error | undefined {
  if (isCadreError(error)) return error;
  const { cause, errors = [] } = error as { cause?: unknown; errors?: unknown[] };
  return [cause, ...errors].find(isCadreError);
}
