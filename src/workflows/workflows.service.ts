import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { WorkflowExplorer } from './builder/declared/workflow.explorer.js';
import { WorkflowsRuntime } from './workflows-runtime.js';

/** Has workflows start once the agents are there, and stop before the application does. */
@Injectable()
export class WorkflowsService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    private readonly runtime: WorkflowsRuntime,
    private readonly explorer: WorkflowExplorer,
  ) {}

  /** @throws WORKFLOWS_REFUSED with every violation of every declared workflow */
  async onApplicationBootstrap(): Promise<void> {
    await this.runtime.open(this.explorer.explore());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.runtime.stopTaking();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runtime.close();
  }
}
