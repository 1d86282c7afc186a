import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AnalyticsService } from '../../metrics/index.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './analytics.schemas.js';
import { toCapacityView, toTrendView, toWhatIfView } from './analytics.view.js';

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
  @Answers(200, schemas.trendReportView, 'The series, and its trend where there are points enough.')
  async trends(@Query({ schema: schemas.trendQuery }) query: schemas.TrendRequest) {
    const { metric, hours, confidence, ...where } = query;
    return toTrendView(await this.analytics.trend({ metric, hours, confidence, where }));
  }

  @Get('costs')
  @ApiOperation({
    summary: 'What tasks would have cost, had agents been chosen otherwise',
    description:
      'A doubly robust estimate from recorded choices, with intervals; refused where these do not bear one.',
  })
  @Answers(
    200,
    schemas.whatIfView,
    'Saving, and what would become of success and duration; or why there is no estimate.',
  )
  async costs(@Query({ schema: schemas.costsQuery }) query: schemas.CostsRequest) {
    const { choose, agents, weights, minSuccessRatio, shareRatio, hours, confidence, ...when } = query;
    const policy = { choose, agents, weights, minSuccessRatio, shareRatio, when };
    return toWhatIfView(await this.analytics.whatIf(policy, { hours, confidence }));
  }
}
