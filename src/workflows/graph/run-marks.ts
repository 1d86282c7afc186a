import type { RunStep, RunStepStatus } from '../../orchestration/index.js';

/** What is drawn of a step of a run. */
export interface StepMark {
  readonly status: RunStepStatus;
  /** What is written into its box: who did it, how far it is. */
  readonly lines: readonly string[];
}

/** Where the steps of many items are drawn as one, the first of these that one of them has. */
const MOST_TELLING: readonly RunStepStatus[] = [
  'failed',
  'running',
  'waiting',
  'canceled',
  'pending',
  'succeeded',
  'skipped',
];

/**
 * What is drawn of the steps of a run, by place: the key without items and rounds, `each/research` for `each[3]#2/research`.
 */
export function marksOf(steps: readonly RunStep[]): ReadonlyMap<string, StepMark> {
  const byPlace = new Map<string, RunStep[]>();
  const undone = new Set<string>();
  for (const step of steps) {
    const [key = '', ...asides] = step.key.split('~');
    if (asides.length > 0) {
      if (asides[0] === 'undo' && step.status === 'succeeded') undone.add(placeOf(key));
      continue;
    }
    const place = placeOf(key);
    byPlace.set(place, [...(byPlace.get(place) ?? []), step]);
  }
  return new Map([...byPlace].map(([place, those]) => [place, markOf(place, those, undone.has(place))]));
}

function placeOf(key: string): string {
  return key.replaceAll(/\[\d+\]|#\d+/g, '');
}

function markOf(place: string, steps: readonly RunStep[], isUndone: boolean): StepMark {
  const whole = steps.find(({ key }) => key === place);
  const status = whole?.status ?? mostTelling(steps);
  const items = steps.filter(({ key }) => /\[\d+\]$/.test(key));
  const done = items.filter((item) => item.status === 'succeeded').length;
  const { agent, version } = whole ?? {};
  return {
    status,
    lines: [
      status,
      ...(items.length > 0 ? [`${done} of ${items.length} items done`] : []),
      ...(agent === undefined ? [] : [`by ${agent}${version === undefined ? '' : `@${version}`}`]),
      ...(isUndone ? ['undone'] : []),
    ],
  };
}

function mostTelling(steps: readonly RunStep[]): RunStepStatus {
  const ranks = steps.map(({ status }) => MOST_TELLING.indexOf(status));
  return MOST_TELLING[Math.min(...ranks)] as RunStepStatus;
}
