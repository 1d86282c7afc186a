import { Body, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { Quotas, type QuotaInfo } from '../../quotas/index.js';
import { toOptionalInstant } from '../instants.js';
import { pageBy } from '../pages.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './quota.schemas.js';

/** Quotas: limits and budgets, and what is used of them. */
@RestController('quotas', 'quotas')
export class QuotasController {
  constructor(private readonly quotas: Quotas) {}

  @Get()
  @ApiOperation({ summary: 'List quotas' })
  @Answers(200, schemas.quotaPage, 'A page of the quotas in force, by id, with what is used of them.')
  async list(@Query({ schema: schemas.quotasQuery }) { limit, cursor }: schemas.QuotasQuery) {
    const { items, nextCursor } = pageBy(({ id }) => id, await this.quotas.list(), { limit, cursor });
    return { items: items.map(toQuotaView), nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One quota' })
  @Answers(200, schemas.quotaView, 'The quota, with what is used of it.')
  async get(@Param({ schema: schemas.quotaPath }) { id }: { id: string }) {
    return toQuotaView(await this.quotas.get(id));
  }

  @Put(':id')
  @ApiOperation({
    summary: 'Set a quota',
    description:
      'In place of one of the same id, for all nodes. What was counted under that id stays counted.',
  })
  @Answers(200, schemas.quotaView, 'The quota, which is in force now.')
  async put(
    @Param({ schema: schemas.quotaPath }) { id }: { id: string },
    @Body({ schema: schemas.quotaBody }) body: schemas.QuotaBody,
  ) {
    return toQuotaView(await this.quotas.put({ ...body, id }));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a quota that was set at run time',
    description: 'One of the same id in the options of the application counts again.',
  })
  @ApiResponse({ status: 204, description: 'It is gone.' })
  async remove(@Param({ schema: schemas.quotaPath }) { id }: { id: string }) {
    await this.quotas.remove(id);
  }
}

function toQuotaView({ usage, ...quota }: QuotaInfo) {
  return {
    ...quota,
    usage: usage.map(({ periodStartedAt, periodEndsAt, ...used }) => ({
      ...used,
      periodStartedAt: toOptionalInstant(periodStartedAt),
      periodEndsAt: toOptionalInstant(periodEndsAt),
    })),
  };
}
