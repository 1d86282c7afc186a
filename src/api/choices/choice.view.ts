import { evidenceAt, type Decision } from '../../metrics/index.js';
import { choiceIdOf } from '../../selection/index.js';
import { roundToMicroseconds, toInstant } from '../instants.js';

/** A recorded choice as REST answers it: instants in ISO 8601, and what the strategy went by at each candidate. */
export function toRecordedChoiceView(decision: Decision) {
  const { requestedAt: _, evidence: _evidence, evidenceNames: _names, ...told } = decision;
  const { durationMs, queuedMs } = decision.outcome;
  return {
    id: choiceIdOf(decision),
    ...told,
    at: toInstant(decision.at),
    candidates: decision.candidates.map((candidate, at) => ({
      ...candidate,
      evidence: evidenceAt(decision, at),
    })),
    outcome: {
      ...decision.outcome,
      durationMs: roundToMicroseconds(durationMs),
      queuedMs: roundToMicroseconds(queuedMs),
    },
  };
}
