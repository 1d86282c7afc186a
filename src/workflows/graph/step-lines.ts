import type { StepDefinition, SubstituteDefinition } from '../../orchestration/index.js';

/** How a step is drawn: what it does decides the shape. */
export type StepLook = 'task' | 'workflow' | 'sleep' | 'approval' | 'signal';

/** What a step does. */
export function lookOf(step: StepDefinition): StepLook {
  if ('workflow' in step) return 'workflow';
  if ('sleep' in step) return 'sleep';
  if ('approval' in step) return 'approval';
  return 'signal' in step ? 'signal' : 'task';
}

/** What is written into the box of a step below its id: what it does, then how it stands among the others. */
export function linesOf(step: StepDefinition): string[] {
  const { forEach, repeat, when, optional, onError, compensate } = step;
  return [
    actionLine(step),
    ...(forEach ? [`for each of ${shown(forEach.items)}`] : []),
    ...(repeat ? [`until ${shown(repeat.until)}, at most ${repeat.max} times`] : []),
    ...(when === undefined ? [] : [`when ${shown(when)}`]),
    ...(optional ? ['optional'] : []),
    ...(onError === 'continue' ? ['goes on when it fails'] : []),
    ...(typeof onError === 'object' ? [`when it fails: ${targetOf(onError.fallback)}`] : []),
    ...(compensate ? [`undone by ${targetOf(compensate)}`] : []),
  ];
}

function actionLine(step: StepDefinition): string {
  if ('sleep' in step) {
    return typeof step.sleep === 'string'
      ? `sleeps ${shown(step.sleep)}`
      : `sleeps until ${shown(step.sleep.until)}`;
  }
  if ('approval' in step) return `asks: ${shown(step.approval.message)}`;
  if ('signal' in step) {
    return `waits for ${typeof step.signal === 'string' ? step.signal : step.signal.name}`;
  }
  return targetOf(step);
}

function targetOf(target: SubstituteDefinition): string {
  if ('workflow' in target) return `workflow ${target.workflow}`;
  const { capability, agent } = target;
  if (agent === undefined) return String(capability);
  return capability === undefined ? `agent ${agent}` : `${capability} by ${agent}`;
}

/** An expression without its braces; other values as they are. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^\$\{([^{}]*)\}$/.exec(text.trim())?.[1]?.trim() ?? text;
}
