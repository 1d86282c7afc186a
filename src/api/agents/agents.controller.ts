import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { isCadreError } from '../../common/index.js';
import { HealthCheckService } from '../../health/index.js';
import { AgentRegistry, type AgentInfo } from '../../registry/index.js';
import { PerformanceService } from '../../metrics/index.js';
import { StatusService, type AgentStatus } from '../../status/index.js';
import { toAgentView, toStatusEntryView, toUptimeView } from './agent.view.js';
import { toInstant } from '../instants.js';
import { pageBy } from '../pages.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './agent.schemas.js';

/** Agents: what there is, how each is, and what was done to it. */
@RestController('agents', 'agents')
export class AgentsController {
  constructor(
    private readonly registry: AgentRegistry,
    private readonly status: StatusService,
    private readonly health: HealthCheckService,
    private readonly performance: PerformanceService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List agents' })
  @Answers(200, schemas.agentPage, 'A page of agents, by id.')
  list(@Query({ schema: schemas.agentsQuery }) query: schemas.AgentsQuery) {
    const { limit, cursor, ...filter } = query;
    const { items, nextCursor } = pageBy(({ id }) => id, this.registry.list(filter), { limit, cursor });
    return { items: items.map((agent) => this.#view(agent)), nextCursor };
  }

  @Get(':name')
  @ApiOperation({ summary: 'The current release of an agent, and what was measured of it in a day' })
  @Answers(200, schemas.agentDetailsView, 'The agent.')
  get(@Param({ schema: schemas.agentPath }) { name }: { name: string }) {
    return this.#details(name);
  }

  @Get(':name/versions/:version')
  @ApiOperation({ summary: 'One release of an agent' })
  @Answers(200, schemas.agentDetailsView, 'The release.')
  getVersion(@Param({ schema: schemas.releasePath }) { name, version }: { name: string; version: string }) {
    return this.#details(`${name}@${version}`);
  }

  @Delete(':name')
  @ApiOperation({
    summary: 'Unregister an agent',
    description: 'Waits for its tasks under way; its history stays.',
  })
  @Answers(200, schemas.unregisterView, 'The ids of the releases that were removed.')
  async unregister(
    @Param({ schema: schemas.agentPath }) { name }: { name: string },
    @Query({ schema: schemas.unregisterQuery }) query: { version?: string; force: boolean },
  ) {
    const removed = await this.registry.unregister(name, query);
    return { unregistered: removed.map(({ id }) => id) };
  }

  @Get(':name/status')
  @ApiOperation({ summary: 'The status of an agent' })
  @Answers(200, schemas.statusView, 'The status.')
  getStatus(
    @Param({ schema: schemas.agentPath }) { name }: { name: string },
    @Query({ schema: schemas.versionQuery }) { version }: { version?: string },
  ) {
    const { id, status, statusSince } = this.registry.get(reference(name, version));
    return { id, status, since: toInstant(statusSince) };
  }

  @Put(':name/status')
  @ApiOperation({
    summary: 'Set the status of an agent',
    description: '409 on an illegal transition, with the allowed ones.',
  })
  @Answers(200, schemas.statusView, 'The status after the change.')
  async setStatus(
    @Param({ schema: schemas.agentPath }) { name }: { name: string },
    @Query({ schema: schemas.versionQuery }) { version }: { version?: string },
    @Body({ schema: schemas.statusBody }) body: { status: AgentStatus; reason: string },
    @Req() request: FastifyRequest,
  ) {
    const change = { reason: body.reason, triggeredBy: 'user:api', correlationId: request.id } as const;
    const { id, status, statusSince } = await this.registry.setStatus(
      reference(name, version),
      body.status,
      change,
    );
    return { id, status, since: toInstant(statusSince) };
  }

  @Get(':name/status/history')
  @ApiOperation({
    summary: 'What happened to the status of an agent',
    description: 'Newest first, refused changes included.',
  })
  @Answers(200, schemas.statusHistoryPage, 'A page of entries.')
  async history(
    @Param({ schema: schemas.agentPath }) { name }: { name: string },
    @Query({ schema: schemas.historyQuery }) query: schemas.HistoryQuery,
  ) {
    const { version, kind, ...options } = query;
    const { id } = this.registry.get(reference(name, version));
    const page = await this.status.history(id, { ...options, kinds: kind && [kind] });
    return { items: page.items.map(toStatusEntryView), nextCursor: page.nextCursor };
  }

  @Get(':name/uptime')
  @ApiOperation({ summary: 'How long an agent was up, down and off' })
  @Answers(200, schemas.uptimeView, 'The uptime.')
  async uptime(
    @Param({ schema: schemas.agentPath }) { name }: { name: string },
    @Query({ schema: schemas.uptimeQuery }) { version, hours }: { version?: string; hours: number },
  ) {
    const { id } = this.registry.get(reference(name, version));
    return toUptimeView(id, await this.status.uptime(id, { hours }));
  }

  @Post(':name/health-checks')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Ask an agent how it is, now',
    description: 'A failed check makes an active agent failed.',
  })
  @Answers(200, schemas.healthCheckView, 'The agent after the check.')
  async checkHealth(
    @Param({ schema: schemas.agentPath }) { name }: { name: string },
    @Query({ schema: schemas.versionQuery }) { version }: { version?: string },
  ) {
    const { agent, isChecked } = await this.health.check(reference(name, version));
    return { agent: this.#view(agent), isChecked };
  }

  #view(agent: AgentInfo) {
    return toAgentView(agent, this.health.of(agent.id));
  }

  async #details(agentReference: string) {
    const agent = this.registry.get(agentReference);
    const statistics = await this.performance.statistics(agent.id).catch(absentWhenAway);
    return { ...this.#view(agent), statistics };
  }
}

function reference(name: string, version: string | undefined): string {
  return version === undefined ? name : `${name}@${version}`;
}

/** An agent is told of while the database is away, too, without its statistics. */
function absentWhenAway(error: unknown): undefined {
  if (!isCadreError(error) || error.kind !== 'unavailable') throw error;
}
