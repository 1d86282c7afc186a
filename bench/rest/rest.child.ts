import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CadreOptions } from '../../src/index.js';
import { startServer } from '../../src/server.js';
import { readRequest, report } from '../child.js';
import { echoAgent, echoWorkflow, moduleOf } from '../fleet.js';
import type { ServerMessage, ServerReport, ServerRequest } from './rest.server.js';
import { bareController, type BareAnswers } from './rest.route.js';

const PROVIDERS = 10;

/** Serves until it is told to end; tells the processor time it has used and the memory it takes whenever it is asked. */
async function serve({ kind, database, steps = 10 }: ServerRequest): Promise<void> {
  const answers: BareAnswers = { runTask: undefined, start: undefined };
  process.on('message', (message: ServerMessage) => {
    if (message !== 'usage') Object.assign(answers, message.answers);
    report({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() } satisfies ServerReport['usage']);
  });
  const controllers = [bareController('runTask', answers), bareController('start', answers)];
  const app = await (kind === 'cadre'
    ? serveCadre(controllers, steps, { database })
    : serveBare(controllers));
  report({ url: await app.getUrl() } satisfies ServerReport['address']);
}

/** Cadre's own server with its defaults: logs of each request, request ids, security headers; the bare routes beside. */
function serveCadre(
  controllers: Type[],
  steps: number,
  options: CadreOptions,
): Promise<NestFastifyApplication> {
  const agents = Array.from({ length: PROVIDERS }, (_, at) => echoAgent(`echo_${at}`));
  const imports = [moduleOf(agents, { options })];
  @Module({ imports, controllers, providers: [echoWorkflow('flow', steps)] })
  class AppModule {}
  return startServer(AppModule, { host: '127.0.0.1', port: 0 });
}

/** Nest on Fastify and nothing else. */
async function serveBare(controllers: Type[]): Promise<NestFastifyApplication> {
  @Module({ controllers })
  class BareModule {}
  const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter());
  await app.listen(0, '127.0.0.1');
  return app;
}

await serve(readRequest());
