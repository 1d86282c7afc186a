import { Body, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { WorkflowRunner, type RunQuery, type WorkflowList } from '../../orchestration/index.js';
import { API_PREFIX } from '../api.constants.js';
import { Answers, RestController } from '../rest.decorator.js';
import { toRunStepView, toRunView } from './run.view.js';
import * as schemas from './run.schemas.js';

/** Runs of workflows. */
@RestController('runs', 'runs')
export class RunsController {
  constructor(private readonly runner: WorkflowRunner) {}

  @Post()
  @ApiOperation({
    summary: 'Run a list of steps',
    description: 'With ?wait= the answer is the ended run if it ends by then.',
  })
  @Answers(200, schemas.runView, 'The run, which has ended.')
  @Answers(202, schemas.runView, 'The run, which is under way; Location says where to look.')
  async start(
    @Query({ schema: schemas.startRunQuery }) { wait }: { wait?: number },
    @Body({ schema: schemas.startRunBody }) body: { definition: WorkflowList; input?: unknown },
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const started = await this.runner.start(body.definition, body.input);
    const run = wait === undefined ? started : await this.runner.wait(started.runId, wait);
    reply
      .status(run.finishedAt === undefined ? 202 : 200)
      .header('location', `/${API_PREFIX}/runs/${run.runId}`);
    return toRunView(run);
  }

  @Get()
  @ApiOperation({ summary: 'List runs', description: 'Newest first.' })
  @Answers(200, schemas.runPage, 'A page of runs.')
  list(@Query({ schema: schemas.runsQuery }) query: RunQuery) {
    const { items, nextCursor } = this.runner.list(query);
    return { items: items.map(toRunView), nextCursor: nextCursor ?? null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One run' })
  @Answers(200, schemas.runView, 'The run as it is now.')
  get(@Param({ schema: schemas.runPath }) { id }: { id: string }) {
    return toRunView(this.runner.get(id));
  }

  @Get(':id/steps')
  @ApiOperation({ summary: 'The steps of a run' })
  @Answers(200, schemas.runStepPage, 'The steps in the order of the definition.')
  steps(@Param({ schema: schemas.runPath }) { id }: { id: string }) {
    // All of them: a list has at most a thousand.
    return { items: this.runner.steps(id).map(toRunStepView), nextCursor: null };
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a run early', description: 'Its running agents are told to stop.' })
  @Answers(200, schemas.runView, 'The run, which has ended.')
  async cancel(
    @Param({ schema: schemas.runPath }) { id }: { id: string },
    @Body({ schema: schemas.cancelRunBody }) { reason }: { reason?: string },
  ) {
    return toRunView(await this.runner.cancel(id, reason));
  }
}
