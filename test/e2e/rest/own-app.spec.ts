import {
  Body,
  Catch,
  Controller,
  Get,
  Module,
  Param,
  Post,
  type ArgumentsHost,
  type Type,
} from '@nestjs/common';
import { BadRequestException, HttpException, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Agent, AgentRegistry, CadreModule, OrchestrationService, RegistrationError } from 'cadre';
import { RestModule } from 'cadre/server';
import type { FastifyReply } from 'fastify';
import { Client, serve } from './server.js';

@Agent('greet')
class GreetAgent {
  execute(name: unknown): string {
    if (name === 'nobody') throw new TypeError('nobody is there');
    return `Hello, ${String(name)}!`;
  }
}

/** A controller as a user writes it. */
@Controller('greetings')
class GreetingsController {
  constructor(
    private readonly orchestration: OrchestrationService,
    private readonly registry: AgentRegistry,
  ) {}

  @Post()
  async greet(@Body() { name }: { name: string }) {
    const { output } = await this.orchestration.execute('greet', name);
    return { output };
  }

  @Get('agents')
  agents() {
    return this.registry.list().map(({ id }) => id);
  }

  @Get('refused/:how')
  refuse(@Param('how') how: string): never {
    if (how === 'list') throw new BadRequestException(['name is missing', 'age is no number']);
    if (how === 'login') throw new UnauthorizedException();
    if (how === 'gateway') throw new HttpException('the bank is closed', 502);
    if (how === 'busy') throw new HttpException('come back later', 503);
    throw new TypeError('the password is 1234');
  }
}

/** A filter as a user writes it. */
@Catch()
class OwnFilter {
  catch(_thrown: unknown, host: ArgumentsHost): void {
    void host.switchToHttp().getResponse<FastifyReply>().status(418).send({ own: true });
  }
}

function appOf(imports: Parameters<typeof Module>[0]['imports'] = [CadreModule.forRoot()]): Type {
  @Module({ imports, providers: [GreetAgent], controllers: [GreetingsController] })
  class AppModule {}
  return AppModule;
}

/** An application that its user makes, without Cadre's server. */
async function listen(appModule: Type): Promise<{ app: NestFastifyApplication; client: Client }> {
  const app = await NestFactory.create<NestFastifyApplication>(appModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new OwnFilter());
  await app.listen(0, '127.0.0.1');
  return { app, client: new Client(await app.getUrl()) };
}

describe("a user's own application", () => {
  it('injects what it needs and does without REST', async () => {
    const { app, client } = await listen(appOf());
    expect(await client.post('/greetings', { name: 'you' })).toMatchObject({
      status: 201,
      body: { output: 'Hello, you!' },
    });
    expect((await client.get('/greetings/agents')).body).toEqual(['greet@1.0.0']);
    expect(await client.get('agents')).toMatchObject({ status: 418 });
    await app.close();
  });

  it("gets problems on Cadre's routes, and keeps its own filter elsewhere", async () => {
    const { app, client } = await listen(appOf([CadreModule.forRoot(), RestModule]));
    expect(await client.task('greet', { input: 'you' })).toMatchObject({
      status: 200,
      body: { output: 'Hello, you!' },
    });
    expect(await client.task('greet', { input: 'nobody' })).toMatchObject({
      status: 502,
      type: 'application/problem+json',
      body: { code: 'AGENT_FAILED' },
    });
    expect(await client.get('agents?limit=0')).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
    expect(await client.get('agents/nobody')).toMatchObject({ status: 404, body: { code: 'AGENT_UNKNOWN' } });
    expect(await client.post('/greetings', { name: 'nobody' })).toMatchObject({
      status: 418,
      body: { own: true },
    });
    expect(await client.get('/nothing')).toMatchObject({ status: 418 });
    expect(await client.get('/health/ready')).toMatchObject({ status: 200 });
    await app.close();
  });

  it('needs no HTTP at all', async () => {
    const context = await NestFactory.createApplicationContext(appOf(), { logger: false });
    expect(await context.get(OrchestrationService).execute('greet', 'you')).toMatchObject({
      output: 'Hello, you!',
    });
    await context.close();
  });

  it('sets its options by a factory', async () => {
    const options = Promise.resolve({ orchestration: { maxQueuedTasks: 0, shutdownGraceMs: 0 } });
    const cadre = CadreModule.forRootAsync({ useFactory: () => options });
    const context = await NestFactory.createApplicationContext(appOf([cadre]), { logger: false });
    expect(context.get(AgentRegistry).list()).toHaveLength(1);
    await context.close();
  });

  it.each([
    ['forRoot', () => CadreModule.forRoot({ orchestration: { maxQueuedTasks: -1 } })],
    [
      'forRootAsync',
      () => CadreModule.forRootAsync({ useFactory: () => ({ orchestration: { maxQueuedTasks: -1 } }) }),
    ],
  ])('does not start with wrong options of %s', async (_, cadre) => {
    const boot = NestFactory.createApplicationContext(appOf([cadre()]), {
      logger: false,
      abortOnError: false,
    });
    await expect(boot).rejects.toMatchObject({
      code: 'ORCHESTRATION_OPTION_INVALID',
      message: expect.stringContaining('maxQueuedTasks is -1'),
    });
  });
});

describe("Cadre's server around a user's module", () => {
  it("serves the user's own routes, with problems for what they throw", async () => {
    const { app, client } = await serve(appOf());
    expect(await client.post('/greetings', { name: 'you' })).toMatchObject({
      status: 201,
      body: { output: 'Hello, you!' },
    });
    expect(await client.post('/greetings', { name: 'nobody' })).toMatchObject({
      status: 502,
      body: { code: 'AGENT_FAILED' },
    });
    const paths = (await client.get('/openapi.json')).body['paths'] as object;
    expect(Object.keys(paths)).toContain('/greetings');
    await app.close();
  });

  it.each([
    ['list', 400, 'REQUEST_MALFORMED', 'name is missing; age is no number'],
    ['login', 401, 'REQUEST_REFUSED', 'Unauthorized'],
    ['gateway', 502, 'INTERNAL', 'the bank is closed'],
    ['busy', 503, 'SERVICE_UNAVAILABLE', 'come back later'],
    [
      'inside',
      500,
      'INTERNAL',
      "Something went wrong inside; the server's log says more under this request id.",
    ],
  ])('keeps the status that a route throws on purpose: %s', async (how, status, code, detail) => {
    const { app, client } = await serve(appOf());
    expect(await client.get(`/greetings/refused/${how}`)).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { status, code, detail },
    });
    await app.close();
  });

  it('does not start with agents that are wired wrongly', async () => {
    @Module({
      imports: [CadreModule.forRoot()],
      providers: [GreetAgent, { provide: 'again', useClass: GreetAgent }],
    })
    class TwiceModule {}
    await expect(serve(TwiceModule)).rejects.toBeInstanceOf(RegistrationError);
  });
});
