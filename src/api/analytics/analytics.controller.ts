import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AnalyticsService } from '../../metrics/index.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './analytics.schemas.js';
import { toCapacityView, toTrendView } from './analytics.view.js';

/** Analytics: what follows from what was measured. */
@RestController('analytics', 'analytics')
export class AnalyticsController {
  constructor(private readonly analytics: AnalyticsService) {}

  @Get('capacity')
  @ApiOperation({
    summary: 'How many agents are enough',
    description:
      'The wait that a queueing model predicts from measured arrivals and service times, now and with more agents.',
  })
  @Answers(200, schemas.capacityView, 'The prediction, or why there is none.')
  async capacity(@Query({ schema: schemas.capacityQuery }) query: schemas.CapacityRequest) {
    const { capability, target: waitMs, of: quantile, ...rest } = query;
    return toCapacityView(
      await this.analytics.capacity(capability, { ...rest, target: { waitMs, quantile } }),
    );
  }

  @Get('trends')
  @ApiOperation({
    summary: 'Where a figure is going, and how sure that is',
    description: 'The slope after Theil and Sen, and the test of Mann and Kendall.',
  })
  @Answers(200, schemas.trendView, 'The series, and its trend where there are points enough.')
  async trends(@Query({ schema: schemas.trendQuery }) query: schemas.TrendRequest) {
    const { metric, hours, confidence, ...where } = query;
    return toTrendView(await this.analytics.trend({ metric, hours, confidence, where }));
  }
}
