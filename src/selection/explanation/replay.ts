import { messageOf } from '../../common/index.js';
import type { Decision } from '../../metrics/index.js';
import { spellOut } from '../made-choice.js';
import type { RecordedChoice, Selection } from '../selection.types.js';
import type { Strategy } from '../strategy.js';

/**
 * What came of choosing again from the record of a choice: the `same`, something `different`, or that it is `impossible`, as the
 * strategy is not there any more or has no way to.
 */
export interface Replay {
  readonly status: 'same' | 'different' | 'impossible';
  /** What differs, or why it is impossible; empty when nothing differs. */
  readonly findings: readonly string[];
  readonly recorded: ReplayedChoice;
  readonly replayed?: ReplayedChoice;
}

/** What a choice comes to. */
export interface ReplayedChoice {
  readonly chosen: { readonly agent: string; readonly version: string };
  readonly reason: string;
  readonly propensity: number;
  /** One for each candidate, where it has one. */
  readonly scores: readonly (number | null)[];
}

/**
 * Chooses again from what is recorded, and from nothing else: neither what has been learned since nor who is there now plays a part.
 */
export function replay(decision: Decision, strategy: Strategy | undefined): Replay {
  const recorded = toRecorded(decision);
  const impossible = (finding: string): Replay => ({ status: 'impossible', findings: [finding], recorded });
  // Nothing was asked of the strategy.
  if (decision.kind === 'retried') return { status: 'same', findings: [], recorded, replayed: recorded };
  if (strategy === undefined) return impossible(`there is no strategy "${decision.strategy}" any more`);
  if (decision.kind === 'defaulted')
    return impossible(`the strategy gave no valid answer: ${decision.reason}`);
  if (strategy.replay === undefined) return impossible(`the strategy "${strategy.name}" has no replay`);
  let selection: Selection | undefined;
  try {
    selection = strategy.replay(toRecordedChoice(decision));
  } catch (error) {
    return impossible(`the strategy failed: ${messageOf(error)}`);
  }
  const replayed = toReplayed(selection, decision);
  if (replayed === undefined) return impossible('the strategy gave no valid answer this time');
  const findings = compare(recorded, replayed);
  return { status: findings.length === 0 ? 'same' : 'different', findings, recorded, replayed };
}

/** What a strategy is given to choose again. */
export function toRecordedChoice(decision: Decision): RecordedChoice {
  const { capability, inputType, inputBytes, requestedAt, tenant, priority, criticality } = decision;
  const { candidates, seed, evidence } = decision;
  const request = { capability, inputType, inputBytes, at: requestedAt, tenant, priority, criticality };
  return { candidates, request, seed, evidence };
}

function toRecorded({ chosen, reason, propensity, candidates }: Decision): ReplayedChoice {
  return { chosen, reason, propensity, scores: candidates.map(({ score }) => score ?? null) };
}

function toReplayed(selection: Selection, { candidates }: Decision): ReplayedChoice | undefined {
  const { index, reason, propensity, scores } = spellOut(selection);
  const chosen = candidates[index];
  if (chosen === undefined) return undefined;
  const { agent, version } = chosen;
  const finite = candidates.map((_, at) => {
    const score = scores?.[at];
    return score !== undefined && Number.isFinite(score) ? score : null;
  });
  return { chosen: { agent, version }, reason, propensity, scores: finite };
}

function compare(recorded: ReplayedChoice, replayed: ReplayedChoice): string[] {
  const findings: string[] = [];
  const idOf = ({ chosen }: ReplayedChoice): string => `${chosen.agent}@${chosen.version}`;
  if (idOf(recorded) !== idOf(replayed)) {
    findings.push(`it was ${idOf(recorded)} and would be ${idOf(replayed)}`);
  }
  if (recorded.propensity !== replayed.propensity) {
    findings.push(`the propensity was ${recorded.propensity} and would be ${replayed.propensity}`);
  }
  const count = recorded.scores.filter((score, at) => score !== replayed.scores[at]).length;
  if (count > 0) findings.push(`${count} of ${recorded.scores.length} scores would be others`);
  return findings;
}
