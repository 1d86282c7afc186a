import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type {
  ConnectionError,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyServerOptions,
  RouteOptions,
} from 'fastify';
import { isCadreError, messageOf, newId, type Clock } from '../../common/index.js';
import { roundToMicroseconds } from '../instants.js';
import { toHttpProblem, toProblem, writeProblem, type Problem } from '../problems/problem.js';
import { parseJsonOnly } from './json-body.js';
import { checkOrigin } from './request-origin.js';
import { pathOf } from './request-path.js';
import { RouteMethods } from './route-methods.js';
import { parseYaml } from './yaml-body.js';

/** What the server is made for. */
export interface HttpSettings {
  /** Largest request body, in bytes. */
  readonly bodyLimitBytes: number;
  /** Names by which the server may be called, beside `localhost` and IP addresses; `*` for any. */
  readonly allowedHosts: ReadonlySet<string>;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly log: (line: RequestLine) => void;
}

/** One request and its answer, without what was in them. */
export interface RequestLine {
  readonly requestId: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** 499 for a client that went away before it had its answer. */
  readonly status: number;
  readonly durationMs: number;
}

/** What a client may say as its own request id; anything else is replaced. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** A name longer than any that exists is told so; the rest of such a path is none of ours. */
const MAX_PARAMETER_LENGTH = 1_024;

/** Milliseconds a client may take to send a request; a slower one would hold its connection for ever. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Not in RFC 9110, but the code that proxies and logs use for it. */
const CLIENT_CLOSED_REQUEST = 499;

/** Statuses of requests that are no HTTP, by the code of Node's error. */
const UNREADABLE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** How Fastify is made: request ids, bounds, and problem documents also for what never reaches a route. */
export function fastifyOptions({ bodyLimitBytes, headers }: HttpSettings) {
  return {
    bodyLimit: bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // While it drains, the orchestrator refuses work by itself, as a problem document; the rest is still answered.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // A request without a host is refused like one for a wrong host.
    http: { requireHostHeader: false },
    genReqId: ({ headers: { 'x-request-id': given } }: IncomingMessage) =>
      typeof given === 'string' && REQUEST_ID.test(given) ? given : newId(),
    // Neither hooks nor Nest come to these.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(headers).header('x-request-id', request.id);
      sendProblem(reply, toHttpProblem(error.statusCode ?? 400, messageOf(error), placeOf(request)));
    },
    clientErrorHandler: (error: ConnectionError, socket: Socket) => answerUnreadable(error, socket, headers),
  } satisfies FastifyServerOptions & { http: object };
}

/** Has every request checked, answered with the headers that all answers have, and logged. */
export function prepareFastify(server: FastifyInstance, settings: HttpSettings): void {
  const routes = new RouteMethods();
  server.addHook('onRoute', ({ url, method }: RouteOptions) => {
    routes.add(url, [method].flat());
  });
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    logAtEnd(request, reply, settings);
    void reply.headers(settings.headers).header('x-request-id', request.id);
    const problem = findRefusal(request, settings.allowedHosts) ?? findWrongMethod(request, reply, routes);
    if (problem === undefined) done();
    else sendProblem(reply, problem);
  });
  parseJsonOnly(server);
  parseYaml(server);
}

function placeOf(request: FastifyRequest) {
  return { path: pathOf(request), requestId: request.id };
}

/** Also for a client that went away: of the end of its request Fastify's `onResponse` hook hears nothing. */
function logAtEnd(request: FastifyRequest, { raw }: FastifyReply, { clock, log }: HttpSettings): void {
  const startedMs = clock.monotonicMs();
  raw.once('close', () => {
    log({
      requestId: request.id,
      method: request.method,
      path: pathOf(request),
      status: raw.writableFinished ? raw.statusCode : CLIENT_CLOSED_REQUEST,
      durationMs: roundToMicroseconds(clock.monotonicMs() - startedMs),
    });
  });
}

function sendProblem(reply: FastifyReply, problem: Problem): void {
  void reply.status(problem.status).type('application/problem+json').send(writeProblem(problem));
}

function findRefusal(request: FastifyRequest, allowedHosts: ReadonlySet<string>): Problem | undefined {
  try {
    checkOrigin(request, allowedHosts);
    return undefined;
  } catch (error) {
    if (isCadreError(error)) return toProblem(error, placeOf(request));
    throw error;
  }
}

/** A path that exists with other methods answers so (RFC 9110, section 15.5.6). */
function findWrongMethod(
  request: FastifyRequest,
  reply: FastifyReply,
  routes: RouteMethods,
): Problem | undefined {
  if (!request.is404) return undefined;
  const allowed = routes.of(pathOf(request));
  if (allowed.length === 0) return undefined;
  void reply.header('allow', allowed.join(', '));
  const message = `${pathOf(request)} takes ${allowed.join(', ')}, not ${request.method}.`;
  return toHttpProblem(405, message, placeOf(request));
}

/** Answers what is no HTTP, or too much of it, before there is a request. */
function answerUnreadable(
  error: ConnectionError,
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = newId();
  const problem = toHttpProblem(UNREADABLE[error.code ?? ''] ?? 400, error.message, { path: '', requestId });
  const body = writeProblem(problem);
  const lines = Object.entries({
    ...headers,
    'x-request-id': requestId,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`);
}
