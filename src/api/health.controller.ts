import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { TaskExecutor } from '../orchestration/index.js';

/** Tells whoever runs the process whether it lives and whether it takes work. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly executor: TaskExecutor,
  ) {}

  /**
   * 200 as long as the process can answer, also while it drains. Terminus would answer 503 then, and whoever watches over
   * the process would end it before its tasks have.
   */
  @Get('live')
  @HealthCheck()
  live(): HealthCheckResult {
    return { status: 'ok', info: {}, error: {}, details: {} };
  }

  /** 200 while tasks are accepted, 503 once the application is about to stop. */
  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([
      () => {
        const indicator = this.indicators.check('orchestrator');
        const { runningCount } = this.executor;
        return this.executor.isClosing
          ? indicator.down({ message: 'shutting down', runningTasks: runningCount })
          : indicator.up({ runningTasks: runningCount });
      },
    ]);
  }
}
