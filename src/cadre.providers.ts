import type { Provider } from '@nestjs/common';
import { CADRE_OPTIONS } from './cadre.module-definition.js';
import type { CadreOptions } from './cadre.options.js';
import {
  Clock,
  EventBus,
  Logger,
  RandomSource,
  SystemClock,
  SystemRandom,
  messageOf,
} from './common/index.js';
import { NestLogger } from './nest-logger.js';
import { ORCHESTRATION_OPTIONS, resolveOrchestrationOptions, WorkflowRunner } from './orchestration/index.js';
import { MemoryStatusHistoryStore } from './persistence/index.js';
import { REGISTRY_OPTIONS, resolveRegistryOptions } from './registry/index.js';
import { StatusHistoryStore, StatusRules } from './status/index.js';
import { ListRunner } from './workflows/index.js';

/** What every feature needs of the process: time, chance, events, logs. */
const platform: Provider[] = [
  { provide: Clock, useClass: SystemClock },
  { provide: RandomSource, useClass: SystemRandom },
  { provide: Logger, useClass: NestLogger },
  {
    provide: EventBus,
    inject: [Logger],
    useFactory: (logger: Logger) =>
      new EventBus((event, error) =>
        logger.error('an event handler failed', { event, error: messageOf(error) }),
      ),
  },
];

/** Each port and the adapter that stands behind it. */
const adapters: Provider[] = [
  { provide: StatusHistoryStore, useClass: MemoryStatusHistoryStore },
  { provide: WorkflowRunner, useExisting: ListRunner },
];

/** Options, validated: a wrong one stops the boot. */
const options: Provider[] = [
  {
    provide: StatusRules,
    inject: [CADRE_OPTIONS],
    useFactory: ({ statusTransitions }: CadreOptions) => new StatusRules(statusTransitions),
  },
  {
    provide: REGISTRY_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ registry }: CadreOptions) => resolveRegistryOptions(registry),
  },
  {
    provide: ORCHESTRATION_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ orchestration }: CadreOptions) => resolveOrchestrationOptions(orchestration),
  },
];

export const cadreProviders: Provider[] = [...platform, ...adapters, ...options];
