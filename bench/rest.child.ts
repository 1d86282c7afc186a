import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { startServer } from '../src/server.js';
import { readRequest, report } from './child.js';
import { echoAgent, moduleOf } from './fleet.js';
import type { ServerAddress, ServerKind, ServerMessage } from './rest.js';
import { BARE_PATH, bareController } from './rest.route.js';

const PROVIDERS = 10;

/** Serves until it is killed, and tells the processor time it has used whenever it is asked. */
async function serve({ kind }: { readonly kind: ServerKind }): Promise<void> {
  const answer = { current: undefined as unknown };
  process.on('message', (message: ServerMessage) => {
    if (message !== 'cpu') answer.current = message.answer;
    report(process.cpuUsage());
  });
  const app =
    kind === 'cadre' ? await serveCadre(bareController(answer)) : await serveBare(bareController(answer));
  const url = await app.getUrl();
  report({ url, bareUrl: url + BARE_PATH } satisfies ServerAddress);
}

/** Cadre's own server with its defaults: logs of each request, request ids, security headers; the bare route beside. */
function serveCadre(controller: Type): Promise<NestFastifyApplication> {
  const agents = Array.from({ length: PROVIDERS }, (_, at) => echoAgent(`echo_${at}`));
  @Module({ imports: [moduleOf(agents)], controllers: [controller] })
  class AppModule {}
  return startServer(AppModule, { host: '127.0.0.1', port: 0 });
}

/** Nest on Fastify and nothing else. */
async function serveBare(controller: Type): Promise<NestFastifyApplication> {
  @Module({ controllers: [controller] })
  class BareModule {}
  const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter());
  await app.listen(0, '127.0.0.1');
  return app;
}

await serve(readRequest());
