import { Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { PerformanceService } from '../../metrics/index.js';
import { agentPath } from '../agents/agent.schemas.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './performance.schemas.js';
import { toReportView, toReviewView } from './performance.view.js';

/** How agents perform: reviews. */
@RestController('agents', 'performance')
export class ReviewsController {
  constructor(private readonly performance: PerformanceService) {}

  @Get(':name/performance')
  @ApiOperation({
    summary: 'The performance review of an agent',
    description: 'For each capability a verdict, the evidence with intervals, trends, and advice.',
  })
  @Answers(200, schemas.reviewView, 'The review.')
  async review(
    @Param({ schema: agentPath }) { name }: { name: string },
    @Query({ schema: schemas.reviewQuery }) { version, hours }: schemas.ReviewQuery,
  ) {
    const reference = version === undefined ? name : `${name}@${version}`;
    return toReviewView(await this.performance.review(reference, { hours }));
  }
}

/** What was measured of all agents: reports. */
@RestController('performance', 'performance')
export class PerformanceController {
  constructor(private readonly performance: PerformanceService) {}

  @Get('failures')
  @ApiOperation({ summary: 'Why workflows fail', description: 'Who failed in them, at what, and how.' })
  @Answers(200, schemas.failuresView, 'Most failures first.')
  async failures(@Query({ schema: schemas.failuresQuery }) { workflow, hours }: schemas.FailuresQuery) {
    return toReportView(await this.performance.failures(workflow, { hours }));
  }

  @Get('problems')
  @ApiOperation({ summary: 'Which agents cause problems' })
  @Answers(200, schemas.problemsView, 'Most failures first.')
  async problems(@Query({ schema: schemas.windowQuery }) { hours }: schemas.WindowQuery) {
    return toReportView(await this.performance.problems({ hours }));
  }

  @Get('durations')
  @ApiOperation({ summary: 'How long tasks take', description: 'By capability, and how long they wait.' })
  @Answers(200, schemas.durationsReportView, 'The longest first.')
  async durations(@Query({ schema: schemas.windowQuery }) { hours }: schemas.WindowQuery) {
    return toReportView(await this.performance.durations({ hours }));
  }
}
