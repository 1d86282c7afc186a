import { Body, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock, TurnEnd } from '../../common/index.js';
import { WorkflowRunner, type Run, type WorkflowSource } from '../../orchestration/index.js';
import { API_PREFIX } from '../api.constants.js';
import { readHeader } from '../request-header.js';
import { tenantOf } from '../tenant.js';
import { Answers, RestController } from '../rest.decorator.js';
import { toRunView } from './run.view.js';
import * as schemas from './run.schemas.js';

/** Runs of workflows: starting them, looking at them, and bringing them what comes from outside. */
@RestController('runs', 'runs')
export class RunsController {
  readonly #turnEnd: TurnEnd;

  constructor(
    private readonly runner: WorkflowRunner,
    private readonly clock: Clock,
  ) {
    this.#turnEnd = new TurnEnd(clock);
  }

  @Post()
  @ApiOperation({
    summary: 'Run a workflow',
    description:
      'One that is stored or declared, by its name, or one that comes with the request. With ?wait= the answer is the ended run ' +
      'if it ends by then; a client that goes away while it waits ends only the waiting.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    description:
      'Starting again with the same key gives the run that is there already; 1 to 200 visible characters.',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  })
  @Answers(200, schemas.runView, 'The run, which has ended.')
  @Answers(202, schemas.runView, 'The run, which is under way; Location says where to look.')
  async start(
    @Query({ schema: schemas.startRunQuery }) { wait }: { wait?: number },
    @Body({ schema: schemas.startRunBody }) body: schemas.StartRunBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { workflow, definition, input, ...options } = body;
    const tenant = tenantOf(request, body.tenant);
    const idempotencyKey = readHeader(request, 'idempotency-key', schemas.idempotencyKey);
    const source = workflow ?? (definition as WorkflowSource);
    const started = await this.runner.start(source, input, { ...options, tenant, idempotencyKey });
    const isToWait = wait !== undefined && started.finishedAt === undefined;
    const run = isToWait ? await this.runner.wait(started.runId, wait, whileOpen(reply)) : started;
    await this.#turnEnd.wait();
    return answer(reply, run);
  }

  @Get()
  @ApiOperation({ summary: 'List runs', description: 'Newest first.' })
  @Answers(200, schemas.runPage, 'A page of runs.')
  async list(@Query({ schema: schemas.runsQuery }) query: schemas.RunsQuery) {
    const { items, nextCursor } = await this.runner.list(query);
    return { items: items.map(toRunView), nextCursor: nextCursor ?? null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One run' })
  @Answers(200, schemas.runView, 'The run as it is now.')
  async get(@Param({ schema: schemas.runPath }) { id }: { id: string }) {
    return toRunView(await this.runner.get(id));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'End a run early',
    description: 'Its running agents are told to stop, and what it did is undone where its steps say how.',
  })
  @Answers(200, schemas.runView, 'The run, which has ended.')
  @Answers(202, schemas.runView, 'The run, which ends as soon as it is undone; that takes a while.')
  async cancel(
    @Param({ schema: schemas.runPath }) { id }: { id: string },
    @Body({ schema: schemas.cancelRunBody }) { reason }: { reason?: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return answer(reply, await this.#endedInTime(id, this.runner.cancel(id, reason)));
  }

  @Post(':id/retry')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Take up a run that failed or was canceled',
    description: 'It goes on from the steps that did not succeed.',
  })
  @Answers(202, schemas.runView, 'The run, which is under way again; Location says where to look.')
  async retry(
    @Param({ schema: schemas.runPath }) { id }: { id: string },
    @Body({ schema: schemas.retryRunBody }) _body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const run = await this.runner.retry(id);
    void reply.header('location', addressOf(run));
    return toRunView(run);
  }

  @Post(':id/signals/:name')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Tell a run of a named event',
    description: 'One that comes before its step is kept for it.',
  })
  @Answers(202, schemas.runView, 'The run as it is now; it goes on by itself.')
  async signal(
    @Param({ schema: schemas.signalPath }) { id, name }: schemas.SignalPath,
    @Body({ schema: schemas.signalBody }) { payload }: { payload?: unknown },
  ) {
    await this.runner.signal(id, name, payload);
    return toRunView(await this.runner.get(id));
  }

  @Post(':id/approvals/:stepId')
  @HttpCode(200)
  @ApiOperation({ summary: 'Answer an approval that a run waits for' })
  @Answers(200, schemas.runView, 'The run as it is now; it goes on by itself.')
  async approve(
    @Param({ schema: schemas.approvalPath }) { id, stepId }: schemas.ApprovalPath,
    @Body({ schema: schemas.approvalBody }) body: schemas.ApprovalBody,
  ) {
    await this.runner.approve(id, stepId, body);
    return toRunView(await this.runner.get(id));
  }

  /** The run when it has ended, or as it is after the longest wait: undoing can take for ever. */
  async #endedInTime(id: string, ending: Promise<Run>): Promise<Run> {
    const over = new AbortController();
    const late = this.clock.delay(schemas.MAX_WAIT_MS, over.signal).then(() => this.runner.get(id));
    try {
      return await Promise.race([ending, late]);
    } finally {
      over.abort();
    }
  }
}

/** Aborts when the client goes away before it has its answer. */
function whileOpen({ raw }: FastifyReply): AbortSignal {
  const waiting = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) waiting.abort('the client went away');
  });
  return waiting.signal;
}

/** 200 for a run that has ended, 202 for one that is under way; always with its address. */
function answer(reply: FastifyReply, run: Run) {
  void reply.status(run.finishedAt === undefined ? 202 : 200).header('location', addressOf(run));
  return toRunView(run);
}

function addressOf({ runId }: Run): string {
  return `/${API_PREFIX}/runs/${runId}`;
}
