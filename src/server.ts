// The second door of the package: a ready server, and the REST module for applications that bring their own.
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastifyOptions, prepareFastify, ProblemFilter, RestModule, securityHeaders } from './api/index.js';
import { beatEvery, Logger, SystemClock } from './common/index.js';
import { readEnvironment, type ServerSettings } from './environment.js';
import { serveOpenApi } from './openapi.js';
import { createPino, PinoLoggerService } from './pino-logger.js';

export { ProblemFilter, RestModule, type Problem } from './api/index.js';
export { EnvironmentError, readEnvironment, type Environment, type ServerSettings } from './environment.js';

/** Milliseconds that connections get to end once all work has; a client that never finishes its request would hold the process. */
const CONNECTION_GRACE_MS = 2_000;
/** Milliseconds between two looks for connections that have become idle since closing began. */
const IDLE_LOOK_MS = 50;

/** Brings the application and the REST interface together. */
@Module({})
class ServerModule {}

/**
 * Makes a server of an application module: the module's own controllers, Cadre over REST under /api/v1, /health, /docs and
 * /openapi.json, with logs, security headers, request ids and problem documents. It does not listen yet.
 *
 * @param settings default: the environment, see {@link readEnvironment}
 * @throws ENVIRONMENT_INVALID
 * @publicApi
 */
export async function createServer(
  appModule: Type,
  settings: Partial<ServerSettings> = {},
): Promise<NestFastifyApplication> {
  const { host, logLevel, bodyLimitBytes, allowedHosts } = { ...readEnvironment().server, ...settings };
  const pino = createPino(logLevel);
  const http = {
    bodyLimitBytes,
    allowedHosts: new Set([host, ...allowedHosts].map((name) => name.toLowerCase())),
    headers: await securityHeaders(),
    clock: new SystemClock(),
    log: (line: object) => pino.info(line, 'request'),
  };
  const adapter = new FastifyAdapter(fastifyOptions(http));
  prepareFastify(adapter.getInstance(), http);
  const root = { module: ServerModule, imports: [appModule, RestModule] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new PinoLoggerService(pino),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(app.get(Logger)));
  // Ends by an exit: a process that ends by the signal again loses the last lines of its log.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  cutConnectionsAtClose(adapter);
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
  try {
    await app.listen(resolved.port, resolved.host);
  } catch (error) {
    // What has started by then, timers of agents for example, would keep the process alive.
    await app.close();
    throw error;
  }
  app.get(Logger).info('listening', { url: await app.getUrl() });
  return app;
}

function cutConnectionsAtClose(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), CONNECTION_GRACE_MS).unref();
    // Node closes those that are idle at this moment; one whose answer is still on its way is kept alive by its client after that.
    const idle = beatEvery(IDLE_LOOK_MS, () => fastify.server.closeIdleConnections());
    fastify.server.once('close', () => clearInterval(idle));
    done();
  });
}
