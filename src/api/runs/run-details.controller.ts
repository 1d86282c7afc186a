import { Readable } from 'node:stream';
import { Get, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock, InvalidCursorError } from '../../common/index.js';
import { WorkflowRunner, type RunEvent, type WorkflowDefinition } from '../../orchestration/index.js';
import { toMermaid } from '../../workflows/index.js';
import { MERMAID } from '../media-types.js';
import { pageAfter } from '../pages.js';
import { readHeader } from '../request-header.js';
import { Answers, RestController } from '../rest.decorator.js';
import { definitionSchema } from '../workflows/definition.schema.js';
import { writeEvents } from './event-stream.js';
import { EventStreams } from './event-streams.service.js';
import { toRunStepView } from './run.view.js';
import * as schemas from './run.schemas.js';

/** What there is to see of one run: its steps, its definition, and what happens in it. */
@RestController('runs/:id', 'runs')
export class RunDetailsController {
  constructor(
    private readonly runner: WorkflowRunner,
    private readonly streams: EventStreams,
    private readonly clock: Clock,
  ) {}

  @Get('steps')
  @ApiOperation({
    summary: 'The steps of a run',
    description:
      'In the order of the definition; items, rounds and nested workflows stand behind their step.',
  })
  @Answers(200, schemas.runStepPage, 'A page of steps.')
  async steps(
    @Param({ schema: schemas.runPath }) { id }: { id: string },
    @Query({ schema: schemas.runStepsQuery }) { limit, cursor }: schemas.RunStepsQuery,
  ) {
    const page = pageAfter(({ key }) => key, await this.runner.steps(id), { limit, cursor });
    if (page === undefined) throw new InvalidCursorError(cursor ?? '');
    return { items: page.items.map(toRunStepView), nextCursor: page.nextCursor };
  }

  @Get('definition')
  @ApiOperation({ summary: 'The definition that a run was started with' })
  @Answers(200, definitionSchema, 'The definition.')
  definition(@Param({ schema: schemas.runPath }) { id }: { id: string }) {
    return this.runner.definition(id);
  }

  @Get('graph')
  @ApiOperation({
    summary: 'A run as a picture',
    description: 'A Mermaid flowchart of its definition, each step with its status.',
  })
  @ApiResponse({
    status: 200,
    description: 'The flowchart.',
    content: { [MERMAID]: { schema: { type: 'string' } } },
  })
  async graph(
    @Param({ schema: schemas.runPath }) { id }: { id: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const [definition, nested, runSteps] = await Promise.all([
      this.runner.definition(id),
      this.runner.nestedDefinitions(id),
      this.runner.steps(id),
    ]);
    void reply.type(`${MERMAID}; charset=utf-8`);
    return toMermaid(definition as WorkflowDefinition, {
      runSteps,
      findWorkflow: (reference) => (Object.hasOwn(nested, reference) ? nested[reference] : undefined),
    });
  }

  @Get('events')
  @ApiOperation({
    summary: 'Follow a run',
    description:
      'Server-sent events from the first one, or from the one behind Last-Event-ID, to the end of the run: nothing is missed, ' +
      'nothing told twice. The data of an event is JSON: runId, at, and what it is about. A comment every 15 s keeps the line open.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    description: 'The id of the last event that the client has seen.',
    required: false,
    schema: { type: 'string' },
  })
  @ApiResponse({
    status: 200,
    description: 'The events.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ApiResponse({
    status: 204,
    description: 'The run has ended, and the client has seen all of it: it need not come back.',
  })
  async events(
    @Param({ schema: schemas.runPath }) { id }: { id: string },
    @Query({ schema: schemas.eventsQuery }) { lastEventId }: { lastEventId?: string },
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    // A browser that comes back sends the header beside the address that it was given at first.
    const after = readHeader(request, 'last-event-id', schemas.eventId) ?? lastEventId;
    const signal = this.streams.begin(reply.raw);
    const { finishedAt } = await this.runner.get(id);
    let events = this.runner.events(id, after, signal)[Symbol.asyncIterator]();
    if (finishedAt !== undefined) {
      // Nothing is waited for: what is wrong with the request can still be answered.
      const first = await events.next();
      if (first.done) {
        void reply.status(204);
        return undefined;
      }
      events = preceded(first.value, events);
    }
    void reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    const stream = Readable.from(writeEvents(events, this.clock), { objectMode: false });
    return new StreamableFile(stream, { type: 'text/event-stream; charset=utf-8' });
  }
}

/** Puts an event that was taken already before the rest. */
async function* preceded(first: RunEvent, rest: AsyncIterator<RunEvent>): AsyncGenerator<RunEvent> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}
