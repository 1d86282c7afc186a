import { SeededRandom } from '../../common/index.js';
import {
  judgeWhatIf,
  type ChoosingPolicy,
  type Knowledge,
  type LoggedDecision,
} from '../../metrics/index.js';
import { drawDecision, type TrueAgent } from './logged-decisions.js';

/** What the agents of what-ifs really come to. */
export const TRUE_AGENTS: readonly TrueAgent[] = [
  { agent: 'cheap', costUsd: 0.02, successRatio: 0.95, durationMs: 800 },
  { agent: 'middle', costUsd: 0.05, successRatio: 0.9, durationMs: 500 },
  { agent: 'dear', costUsd: 0.1, successRatio: 0.99, durationMs: 1_200 },
];

export const TRUE_KNOWLEDGE: Knowledge = ({ agent }) => TRUE_AGENTS.find((each) => each.agent === agent);

export const CHEAPEST: ChoosingPolicy = { choose: 'cheapest' };

/** Tasks of which each agent had as many as it was likely to. */
export interface WhatIfCase {
  readonly count: number;
  /** Of each agent. */
  readonly propensities: readonly number[];
}

export function drawDecisions({ count, propensities }: WhatIfCase, seed: number): LoggedDecision[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, at) =>
    drawDecision({ agents: TRUE_AGENTS, propensities, random }, at),
  );
}

const FIELDS = ['costUsd', 'successRatio', 'durationMs'] as const;

/** The shares of the cases in which the 95 % interval of "had the cheapest always been chosen" holds the truth. */
export function heldShares(
  what: WhatIfCase,
  cases: number,
): Readonly<Record<(typeof FIELDS)[number], number>> {
  const held = { costUsd: 0, successRatio: 0, durationMs: 0 };
  for (let seed = 1; seed <= cases; seed += 1) {
    const question = { policy: CHEAPEST, knowledge: TRUE_KNOWLEDGE, confidence: 0.95 };
    const answer = judgeWhatIf(drawDecisions(what, seed), question);
    if (answer.verdict === 'refused') continue;
    const intervals = {
      costUsd: answer.savingPerTaskUsd,
      successRatio: answer.successChange,
      durationMs: answer.durationChangeMs,
    };
    for (const field of FIELDS) {
      const truth = changeToCheapest(what, field) * (field === 'costUsd' ? -1 : 1);
      if (intervals[field].low <= truth && truth <= intervals[field].high) held[field] += 1 / cases;
    }
  }
  return held;
}

/** What the cheapest comes to, less what all of them come to as likely as they are chosen. */
function changeToCheapest({ propensities }: WhatIfCase, field: (typeof FIELDS)[number]): number {
  const usual = TRUE_AGENTS.reduce((sum, each, place) => sum + propensities[place]! * each[field], 0);
  return TRUE_AGENTS[0]![field] - usual;
}
