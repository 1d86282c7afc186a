import { Body, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { Schedules, type UpcomingSchedule } from '../../workflows/index.js';
import { toInstant } from '../instants.js';
import { pageBy } from '../pages.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './schedule.schemas.js';

/** Schedules: which workflows start by themselves, and when. */
@RestController('schedules', 'schedules')
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  @Get()
  @ApiOperation({ summary: 'List schedules' })
  @Answers(200, schemas.schedulePage, 'A page of schedules, by id.')
  async list(@Query({ schema: schemas.schedulesQuery }) { limit, cursor }: schemas.SchedulesQuery) {
    const { items, nextCursor } = pageBy(({ id }) => id, await this.schedules.list(), { limit, cursor });
    return { items: items.map(toScheduleView), nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One schedule' })
  @Answers(200, schemas.scheduleView, 'The schedule, and when it is due next.')
  async get(@Param({ schema: schemas.schedulePath }) { id }: { id: string }) {
    return toScheduleView(await this.schedules.get(id));
  }

  @Put(':id')
  @ApiOperation({
    summary: 'Keep a schedule',
    description: 'In place of one of the same id. Its workflow and input are checked now.',
  })
  @Answers(200, schemas.scheduleView, 'The schedule, and when it is due first.')
  async put(
    @Param({ schema: schemas.schedulePath }) { id }: { id: string },
    @Body({ schema: schemas.scheduleBody }) body: schemas.ScheduleBody,
  ) {
    return toScheduleView(await this.schedules.put({ ...body, id }));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a schedule', description: 'Runs that it has started go on.' })
  @ApiResponse({ status: 204, description: 'It is gone.' })
  async remove(@Param({ schema: schemas.schedulePath }) { id }: { id: string }) {
    await this.schedules.remove(id);
  }
}

function toScheduleView(schedule: UpcomingSchedule) {
  return { ...schedule, createdAt: toInstant(schedule.createdAt), nextAt: toInstant(schedule.nextAt) };
}
