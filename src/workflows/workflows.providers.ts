import type { Provider } from '@nestjs/common';
import { Clock } from '../common/index.js';
import { TaskExecutor } from '../orchestration/index.js';
import { Catalog } from '../registry/index.js';
import { ListRunner } from './list-runner.js';

export const workflowProviders: Provider[] = [
  {
    provide: ListRunner,
    inject: [TaskExecutor, Catalog, Clock],
    useFactory: (executor: TaskExecutor, catalog: Catalog, clock: Clock) =>
      new ListRunner(executor, catalog, clock),
  },
];
