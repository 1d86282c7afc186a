// The second door of the package: a ready server, and the REST module for applications that bring their own.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger as Pino } from 'pino';
import { ProblemFilter, RestModule, sendFrameworkProblem } from './api/index.js';
import { Logger } from './common/index.js';
import { readEnvironment, type ServerSettings } from './environment.js';
import { serveOpenApi } from './openapi.js';
import { createPino, PinoLoggerService } from './pino-logger.js';

export { ProblemFilter, RestModule } from './api/index.js';
export { EnvironmentError, readEnvironment, type Environment, type ServerSettings } from './environment.js';

/** What a client may say as its own request id; anything else is replaced. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Brings the application and the REST interface together. */
@Module({})
class ServerModule {}

/**
 * Makes a server of an application module: the module's own controllers, Cadre over REST under /api/v1, /health, /docs and
 * /openapi.json, with logs, security headers, request ids and problem documents. It does not listen yet.
 *
 * @param settings default: the environment, see {@link readEnvironment}
 * @publicApi
 */
export async function createServer(
  appModule: Type,
  settings: Partial<ServerSettings> = {},
): Promise<NestFastifyApplication> {
  const { logLevel, bodyLimitBytes } = { ...readEnvironment().server, ...settings };
  const pino = createPino(logLevel);
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: 'idle',
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    frameworkErrors: sendFrameworkProblem,
  });
  logRequests(adapter, pino);
  const root = { module: ServerModule, imports: [appModule, RestModule] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new PinoLoggerService(pino),
    abortOnError: false,
    bodyParser: false,
  });
  // JSON only. Forms and plain text are what a page of another site can send without being asked first (CORS).
  adapter.getInstance().removeContentTypeParser('text/plain');
  // Plain HTTP behind a proxy, or on the own machine: a browser must not be told to come back by HTTPS.
  await app.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  app.useGlobalFilters(new ProblemFilter(app.get(Logger)));
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  serveOpenApi(app);
  return app;
}

/**
 * Makes a server of an application module and starts it. SIGTERM and SIGINT stop it: it takes no further tasks, lets those
 * under way end, and closes.
 *
 * @throws ENVIRONMENT_INVALID, REGISTRATION_REFUSED with every violation of every agent
 * @example await startServer(AppModule);
 * @publicApi
 */
export async function startServer(
  appModule: Type,
  settings: Partial<ServerSettings> = {},
): Promise<NestFastifyApplication> {
  const resolved = { ...readEnvironment().server, ...settings };
  const app = await createServer(appModule, resolved);
  await app.listen(resolved.port, resolved.host);
  app.get(Logger).info('listening', { url: await app.getUrl() });
  return app;
}

/** One line for each request, and its id in the answer. */
function logRequests(adapter: FastifyAdapter, pino: Pino): void {
  const server = adapter.getInstance();
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    reply.raw.setHeader('x-request-id', request.id);
    done();
  });
  server.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const { id: requestId, method, url } = request;
    const line = {
      requestId,
      method,
      path: url.split('?', 1)[0],
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    };
    pino.info(line, 'request');
    done();
  });
}
