import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Measuring } from './measuring.js';

/** Measures from when agents are in service until all tasks have ended. */
@Injectable()
export class MetricsService implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly measuring: Measuring) {}

  onApplicationBootstrap(): Promise<void> {
    return this.measuring.open();
  }

  onApplicationShutdown(): Promise<void> {
    return this.measuring.close();
  }
}
