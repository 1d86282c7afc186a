import type { Decision } from '../../metrics/index.js';
import type { RecordedChoice } from '../selection.types.js';
import type { Strategy } from '../strategy.js';
import { toRecordedChoice } from './replay.js';

/** One number that, had it been another, all else equal, would have made a candidate the chosen one. */
export interface NeededChange {
  /** `inFlight`, or a name of what the strategy went by. */
  readonly what: string;
  readonly from: number;
  /** The nearest value that is known to have been enough. */
  readonly to: number;
}

/** Halvings between a value that is enough and one that is not; the gap is then below a millionth of what it was. */
const HALVINGS = 24;

/** Values that are tried when that of the chosen one is not enough: what is best for times, costs and counts. */
const EXTREMES = [0, 1, 1e6];

/**
 * What would have had to be different for a candidate to be chosen, found by choosing again with one of its numbers changed at a
 * time, with the same draw. Empty where no one number would have been enough, or where the strategy has no replay.
 */
export function findNeededChanges(
  decision: Decision,
  index: number,
  strategy: Strategy | undefined,
): NeededChange[] {
  if (strategy?.replay === undefined || decision.kind !== 'chosen') return [];
  const recorded = toRecordedChoice(decision);
  const winner = decision.candidates.findIndex(
    ({ agent, version }) => agent === decision.chosen.agent && version === decision.chosen.version,
  );
  const isEnough = (changed: RecordedChoice): boolean => {
    try {
      return strategy.replay?.(changed).index === index;
    } catch {
      return false;
    }
  };
  return knobsOf(decision, index, winner).flatMap(({ what, from, other, turn }) => {
    const works = (value: number): boolean => isEnough(turn(recorded, value));
    const to = [other, ...EXTREMES].find((value) => Number.isFinite(value) && value !== from && works(value));
    return to === undefined ? [] : [{ what, from, to: narrow(from, to, works) }];
  });
}

/** A number of a candidate that can be changed. */
interface Knob {
  readonly what: string;
  readonly from: number;
  /** What the chosen one had. */
  readonly other: number;
  readonly turn: (recorded: RecordedChoice, value: number) => RecordedChoice;
}

function knobsOf(
  { candidates, evidenceNames = [], evidence = [] }: Decision,
  index: number,
  winner: number,
): Knob[] {
  const { length } = evidenceNames;
  const load: Knob = {
    what: 'inFlight',
    from: candidates[index]?.inFlight ?? 0,
    other: candidates[winner]?.inFlight ?? 0,
    turn: (recorded, value) => ({
      ...recorded,
      candidates: recorded.candidates.map((candidate, at) =>
        at === index ? { ...candidate, inFlight: value } : candidate,
      ),
    }),
  };
  const known = evidenceNames.map((what, at): Knob => {
    const place = index * length + at;
    return {
      what,
      from: evidence[place] ?? Number.NaN,
      other: evidence[winner * length + at] ?? Number.NaN,
      turn: (recorded, value) => ({ ...recorded, evidence: (recorded.evidence ?? []).with(place, value) }),
    };
  });
  return [load, ...known].filter(({ from }) => Number.isFinite(from));
}

/** Nearer to where it was, as long as it is enough. Whole numbers stay whole. */
function narrow(from: number, to: number, works: (value: number) => boolean): number {
  const isWhole = Number.isInteger(from) && Number.isInteger(to);
  let near = from;
  let enough = to;
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (near + enough) / 2;
    const value = isWhole ? Math.trunc(middle) : middle;
    if (value === near || value === enough) break;
    if (works(value)) enough = value;
    else near = value;
  }
  return enough;
}
