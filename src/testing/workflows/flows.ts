import type { Run, RunStep, WorkflowDefinition } from '../../orchestration/index.js';
import type { RunStore } from '../../workflows/index.js';
import { buildRunEngine, type RunEngineSetup } from './run-engine.js';
import type { ScriptedAnswer, ScriptedCall } from './scripted-executor.js';
import { VirtualClock } from '../virtual-clock.js';

type Steps = WorkflowDefinition['steps'];

/** A step that begins when it is asked for and ends when the test says so. */
export function gate() {
  let open = (_output?: unknown): void => {};
  let begin = (_call: ScriptedCall): void => {};
  const opened = new Promise<unknown>((resolve) => (open = resolve));
  const begun = new Promise<ScriptedCall>((resolve) => (begin = resolve));
  const answer: ScriptedAnswer = (call) => {
    begin(call);
    return opened;
  };
  return { answer, begun, open: (output?: unknown) => open(output) };
}

/** A node that runs flows of scripted agents on a clock of its own. */
export async function buildFlows<Store extends RunStore>(
  makeStore: (clock: VirtualClock) => Store,
  answers: RunEngineSetup['answers'],
  more: Partial<RunEngineSetup> = {},
) {
  const clock = new VirtualClock();
  const store = makeStore(clock);
  const engine = buildRunEngine({ clock, store, answers, ...more });
  await engine.place.host.open();
  /** Runs to the end without moving the clock. */
  const runSteps = (steps: Steps, input?: unknown, rest: Partial<WorkflowDefinition> = {}): Promise<Run> =>
    engine.run({ name: 'flow', ...rest, steps }, input);
  const stepsOf = async (run: Run): Promise<Record<string, RunStep>> =>
    Object.fromEntries((await engine.service.steps(run.runId)).map((step) => [step.key, step]));
  const asked = (): unknown[] => engine.executor.calls.map(({ capability, input }) => [capability, input]);
  return { ...engine, clock, store, runSteps, stepsOf, asked };
}

/** A step by the name of what it asks for. */
export const plain = (capability: string, more: object = {}) => ({
  id: capability,
  capability,
  input: 'x',
  ...more,
});
