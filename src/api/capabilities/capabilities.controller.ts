import { Body, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Clock, TurnEnd } from '../../common/index.js';
import { OrchestrationService } from '../../orchestration/index.js';
import { AgentRegistry } from '../../registry/index.js';
import { ChoiceService } from '../../selection/index.js';
import { toCapabilityView } from './capability.view.js';
import { pageBy } from '../pages.js';
import { Answers, Disconnected, RestController } from '../rest.decorator.js';
import * as schemas from './capability.schemas.js';
import {
  choiceBody,
  previewView,
  taskBody,
  taskView,
  type ChoiceBody,
  type TaskBody,
} from './task.schemas.js';
import { tenantOf } from '../tenant.js';
import { toTaskView } from './task.view.js';

/** Capabilities: what can be done, by whom, and doing it. */
@RestController('capabilities', 'capabilities')
export class CapabilitiesController {
  readonly #turnEnd: TurnEnd;

  constructor(
    private readonly registry: AgentRegistry,
    private readonly orchestration: OrchestrationService,
    private readonly choices: ChoiceService,
    clock: Clock,
  ) {
    this.#turnEnd = new TurnEnd(clock);
  }

  @Get()
  @ApiOperation({ summary: 'List capabilities' })
  @Answers(200, schemas.capabilityPage, 'A page of the capabilities that are declared, by name.')
  list(@Query({ schema: schemas.capabilitiesQuery }) query: schemas.CapabilitiesQuery) {
    const { available, limit, cursor } = query;
    const all = this.registry.capabilities();
    const fitting =
      available === undefined ? all : all.filter(({ availableCount }) => availableCount > 0 === available);
    const { items, nextCursor } = pageBy(({ name }) => name, fitting, { limit, cursor });
    return { items: items.map(toCapabilityView), nextCursor };
  }

  @Get(':name')
  @ApiOperation({ summary: 'One capability: its contract and its providers' })
  @Answers(200, schemas.capabilityView, 'The capability.')
  get(@Param({ schema: schemas.capabilityPath }) { name }: { name: string }) {
    return toCapabilityView(this.registry.capability(name));
  }

  @Post(':name/tasks')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Have a task done',
    description: 'Answers when it is done; a client that goes away cancels it.',
  })
  @Answers(200, taskView, 'The result, the choice and the attempts.')
  async runTask(
    @Param({ schema: schemas.capabilityPath }) { name }: { name: string },
    @Body({ schema: taskBody }) { input, ...options }: TaskBody,
    @Disconnected() signal: AbortSignal,
    @Req() request: FastifyRequest,
  ) {
    const tenant = tenantOf(request, options.tenant);
    const result = await this.orchestration.execute(name, input, { ...options, tenant, signal });
    await this.#turnEnd.wait();
    return toTaskView(result);
  }

  @Post(':name/choices')
  @HttpCode(200)
  @ApiOperation({ summary: 'Who would do a task, and why', description: 'Runs nothing and takes no slot.' })
  @Answers(200, previewView, 'The choice, and why an agent is not the one where that is asked.')
  async choose(
    @Param({ schema: schemas.capabilityPath }) { name }: { name: string },
    @Body({ schema: choiceBody }) { input, whyNot, ...options }: ChoiceBody,
    @Req() request: FastifyRequest,
  ) {
    const tenant = tenantOf(request, options.tenant);
    const choice = await this.orchestration.choose(name, { ...options, tenant }, input);
    return whyNot === undefined ? choice : { ...choice, whyNot: this.choices.whyNotIn(choice, whyNot) };
  }
}
