import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import type { ModuleMetadata } from '@nestjs/common';
import {
  AgentRegistry,
  CadreModule,
  Clock,
  Logger,
  OrchestrationService,
  type HealthOptions,
  type RegistryOptions,
} from 'cadre';
import { RecordingLogger } from '../../../src/testing/recording-logger.js';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';

/** How an application differs from an empty one. */
export interface AppSetup extends Pick<ModuleMetadata, 'imports' | 'providers'> {
  readonly options?: RegistryOptions;
  readonly health?: HealthOptions;
  /** For a test that moves time during the boot; default: one of the application's own. */
  readonly clock?: VirtualClock;
  /** Last changes to the testing module: overrides. */
  readonly adjust?: (builder: TestingModuleBuilder) => void;
  /** Runs between the wiring of the modules and the first hook. */
  readonly beforeInit?: (module: TestingModule) => void;
}

/** A running application with Cadre in it, on a clock that stands still; closes at the end of its `await using` block. */
export interface App extends AsyncDisposable {
  readonly module: TestingModule;
  readonly registry: AgentRegistry;
  readonly orchestration: OrchestrationService;
  readonly clock: VirtualClock;
  readonly logged: readonly string[];
}

/** Starts an application; rejects with what stopped its boot. */
export async function startApp({
  imports = [],
  providers,
  options,
  health,
  adjust,
  ...setup
}: AppSetup): Promise<App> {
  const { clock = new VirtualClock(), beforeInit } = setup;
  const logger = new RecordingLogger();
  const builder = Test.createTestingModule({
    imports: [CadreModule.forRoot({ registry: options, health }), ...imports],
    providers,
  });
  builder.overrideProvider(Clock).useValue(clock).overrideProvider(Logger).useValue(logger);
  adjust?.(builder);
  const module = await builder.compile();
  beforeInit?.(module);
  await module.init();
  return {
    module,
    registry: module.get(AgentRegistry),
    orchestration: module.get(OrchestrationService),
    clock,
    logged: logger.lines,
    [Symbol.asyncDispose]: () => module.close(),
  };
}

/** What an application with these agents does not start for; `undefined` when it does start. */
export async function bootErrorOf(setup: AppSetup): Promise<unknown> {
  try {
    await using _ = await startApp(setup);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The releases that are registered, as `name@version status`. */
export function released({ registry }: App): string[] {
  return registry.list({ allVersions: true }).map(({ id, status }) => `${id} ${status}`);
}
