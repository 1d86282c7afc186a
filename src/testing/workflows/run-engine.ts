import type { Capability } from '../../agents/index.js';
import { SeededRandom, SilentLogger, type Clock } from '../../common/index.js';
import type { Run, WorkflowDefinition, WorkflowList, WorkflowSource } from '../../orchestration/index.js';
import {
  compileWorkflow,
  createRunPlace,
  RunService,
  WorkflowPreparation,
  type EngineParts,
  type PreparedWorkflow,
  type RunPlace,
  type RunStore,
  type WorkflowBundle,
  type WorkflowPlan,
} from '../../workflows/index.js';
import { catalogOf } from '../builders/catalog-of.js';
import { ScriptedExecutor, type ScriptedAnswer } from './scripted-executor.js';

/** Compiles what a test gives it, without asking anybody whether it can be done. */
export class TrustingPreparation extends WorkflowPreparation {
  constructor(private readonly nested: Readonly<Record<string, WorkflowDefinition>> = {}) {
    super();
  }

  async prepare(
    source: WorkflowSource,
    input: unknown,
  ): Promise<PreparedWorkflow & { readonly input: unknown }> {
    const main = (
      Array.isArray(source) ? { name: 'list', steps: source as WorkflowList } : source
    ) as WorkflowDefinition;
    const bundle: WorkflowBundle = { main, nested: this.nested };
    return { plan: compileWorkflow(bundle), bundle, hash: JSON.stringify(bundle), input };
  }

  compile(bundle: WorkflowBundle): WorkflowPlan {
    return compileWorkflow(bundle);
  }

  async findTypeProblem(): Promise<undefined> {
    return undefined;
  }
}

export interface RunEngineSetup {
  readonly clock: Clock;
  readonly store: RunStore;
  /** What agents do, by capability. */
  readonly answers: Readonly<Record<string, ScriptedAnswer>>;
  readonly capabilities?: readonly Capability[];
  readonly nested?: Readonly<Record<string, WorkflowDefinition>>;
  /** Whether runs that wait leave memory; default true. */
  readonly isDurable?: boolean;
  readonly maxActiveRuns?: number;
  readonly maxOutputBytes?: number;
}

/** An engine over scripted agents: one node. Several of them over one store are several nodes. */
export function buildRunEngine(setup: RunEngineSetup) {
  const { clock, store, isDurable = true } = setup;
  const executor = new ScriptedExecutor(setup.answers);
  const names = Object.keys(setup.answers);
  const catalog = catalogOf({ name: 'helper', capabilities: [...names, ...(setup.capabilities ?? [])] });
  const engine: EngineParts = {
    executor,
    catalog,
    clock,
    random: new SeededRandom(1),
    logger: new SilentLogger(),
    limits: { maxOutputBytes: setup.maxOutputBytes ?? 1_048_576, parkAfterMs: 1_000 },
  };
  const preparation = new TrustingPreparation(setup.nested);
  const place: RunPlace = createRunPlace({
    store,
    engine,
    compile: (bundle) => preparation.compile(bundle),
    settings: { maxActiveRuns: setup.maxActiveRuns ?? 100, touchEveryMs: 3_000, isDurable },
  });
  const service = new RunService({
    clock,
    preparation,
    memory: place,
    durable: isDurable ? place : undefined,
    maxPayloadBytes: 1_048_576,
  });
  const run = async (source: WorkflowSource, input: unknown = null): Promise<Run> => {
    const { runId } = await service.start(source, input);
    return service.wait(runId);
  };
  return { executor, catalog, place, service, run };
}
