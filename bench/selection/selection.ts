import { runChild } from '../child.js';
import { playLoad } from './selection-load.js';
import { playContests } from './selection-regret.js';
import { atMost, microseconds, type Measurement, type Row } from '../table.js';

/** One strategy over so many candidates. */
export interface ChoiceRequest {
  readonly strategy: string;
  readonly candidateCount: number;
}

export interface ChoiceFigures {
  readonly choiceNs: number;
  readonly outcomeNs: number;
}

/** Microseconds of processor time that `adaptive` may take to choose, by the number of candidates. */
const TARGETS_US: ReadonlyMap<number, number> = new Map([
  [10, 10],
  [1_000, 300],
]);

/** Recording, in microseconds. */
const OUTCOME_US = 2;

/** What choosing costs, and what it is worth: in the simulator, by its seeds, so the latter figures are the same each time. */
export const selection: Measurement = {
  name: 'selection',
  title: 'selection: CPU of a choice; regret and p99 in the simulator',
  async measure() {
    const rows: Row[] = [];
    for (const candidateCount of TARGETS_US.keys()) {
      for (const strategy of ['adaptive', 'balanced', 'fastest', 'least-loaded', 'round-robin']) {
        const figures = await runChild<ChoiceFigures>(new URL('./selection.child.js', import.meta.url), {
          strategy,
          candidateCount,
        });
        rows.push(...toRows({ strategy, candidateCount }, figures));
      }
    }
    return [...rows, ...(await playContests()), ...(await playLoad())];
  },
};

function toRows({ strategy, candidateCount }: ChoiceRequest, { choiceNs, outcomeNs }: ChoiceFigures): Row[] {
  const choiceUs = choiceNs / 1_000;
  const most = strategy === 'adaptive' ? TARGETS_US.get(candidateCount) : undefined;
  const choice: Row = {
    subject: `${strategy}, ${candidateCount} candidates: a choice`,
    figure: microseconds(choiceUs),
    target: most === undefined ? undefined : atMost(choiceUs, most, microseconds),
  };
  if (strategy !== 'adaptive') return [choice];
  const outcomeUs = outcomeNs / 1_000;
  const target = atMost(outcomeUs, OUTCOME_US, microseconds);
  return [
    choice,
    { subject: 'what came of it, learned and recorded', figure: microseconds(outcomeUs), target },
  ];
}
