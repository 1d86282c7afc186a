import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  CheckedPreparation,
  InvalidWorkflowError,
  toMermaid,
  WorkflowLibrary,
  type WorkflowBundle,
} from '../../workflows/index.js';
import { API_PREFIX } from '../api.constants.js';
import { MERMAID } from '../media-types.js';
import { Answers, RestController } from '../rest.decorator.js';
import { definitionSchema } from './definition.schema.js';
import { toWorkflowSummary, toWorkflowView } from './workflow.view.js';
import * as schemas from './workflow.schemas.js';
import { findNameProblem, readWritten } from './written-workflow.js';

/** Workflows: what is declared and stored, storing more, and checking what was written. */
@RestController('workflows', 'workflows')
export class WorkflowsController {
  constructor(
    private readonly library: WorkflowLibrary,
    private readonly preparation: CheckedPreparation,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List workflows' })
  @Answers(200, schemas.workflowPage, 'A page of workflows, by name.')
  list(@Query({ schema: schemas.workflowsQuery }) query: schemas.WorkflowsQuery) {
    const { items, nextCursor } = this.library.list(query);
    const views = items.map((entry) => toWorkflowSummary(entry, this.library.versions(entry.name)));
    return { items: views, nextCursor: nextCursor ?? null };
  }

  @Post('validate')
  @HttpCode(200)
  @RouteConfig({ takesYaml: true })
  @ApiConsumes('application/json', 'application/yaml')
  @ApiOperation({
    summary: 'Check a definition',
    description: 'Finds everything that is wrong at once, and stores nothing.',
  })
  @Answers(200, schemas.validationView, 'What is wrong, also when something is.')
  async validate(@Body({ schema: definitionSchema }) body: unknown) {
    const written = readWritten(body);
    if (!written.ok) return { valid: false, problems: written.problems, warnings: [] };
    const { problems, warnings } = await this.preparation.check(written.value);
    return { valid: problems.length === 0, problems, warnings };
  }

  @Get(':name')
  @ApiOperation({ summary: 'One version of a workflow' })
  @Answers(200, schemas.workflowView, 'The workflow.')
  get(
    @Param({ schema: schemas.workflowPath }) { name }: { name: string },
    @Query({ schema: schemas.rangeQuery }) { version }: { version?: string },
  ) {
    return toWorkflowView(this.library.get(reference(name, version)), this.library.versions(name));
  }

  @Put(':name')
  @RouteConfig({ takesYaml: true })
  @ApiConsumes('application/json', 'application/yaml')
  @ApiOperation({
    summary: 'Store a version of a workflow',
    description: 'As JSON or YAML. A version never changes: 409 when it is there with another content.',
  })
  @Answers(200, schemas.storedWorkflowView, 'The version, which was there already.')
  @Answers(201, schemas.storedWorkflowView, 'The version, which is new; Location says where it is.')
  async put(
    @Param({ schema: schemas.workflowPath }) { name }: { name: string },
    @Body({ schema: definitionSchema }) body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { definition, warnings } = await this.#check(name, body);
    const { entry, isNew } = await this.library.save(definition);
    const address = `/${API_PREFIX}/workflows/${name}?version=${encodeURIComponent(entry.version)}`;
    void reply.status(isNew ? 201 : 200).header('location', address);
    return { ...toWorkflowView(entry, this.library.versions(name)), warnings };
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a stored workflow',
    description:
      '409 while another workflow or a schedule runs it, unless `force` is true. Runs that have begun go on.',
  })
  @ApiResponse({ status: 204, description: 'It is gone.' })
  async remove(
    @Param({ schema: schemas.workflowPath }) { name }: { name: string },
    @Query({ schema: schemas.removeQuery }) query: { version?: string; force: boolean },
  ) {
    await this.library.remove(name, query);
  }

  @Get(':name/graph')
  @ApiOperation({ summary: 'A workflow as a picture', description: 'A Mermaid flowchart.' })
  @ApiResponse({
    status: 200,
    description: 'The flowchart.',
    content: { [MERMAID]: { schema: { type: 'string' } } },
  })
  graph(
    @Param({ schema: schemas.workflowPath }) { name }: { name: string },
    @Query({ schema: schemas.rangeQuery }) { version }: { version?: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { definition } = this.library.get(reference(name, version));
    void reply.type(`${MERMAID}; charset=utf-8`);
    return toMermaid(definition, {
      findWorkflow: (nested) => this.library.find(nested)?.definition,
    });
  }

  /** @throws WORKFLOW_INVALID with every problem, that of a wrong name included */
  async #check(name: string, body: unknown) {
    const written = readWritten(body);
    if (!written.ok) throw new InvalidWorkflowError(written.problems);
    const { problems, warnings, bundle } = await this.preparation.check(written.value);
    const nameProblem = findNameProblem(written.value, name);
    const all = nameProblem === undefined ? problems : [nameProblem, ...problems];
    if (all.length > 0) throw new InvalidWorkflowError(all);
    return { definition: (bundle as WorkflowBundle).main, warnings };
  }
}

function reference(name: string, version: string | undefined): string {
  return version === undefined ? name : `${name}@${version}`;
}
