import { drawNormal, type RandomSource } from '../../common/index.js';
import type { LoggedDecision } from '../../metrics/index.js';

// By name once: under jest each look at a global goes through the context of the test, and these are many.
const { exp } = Math;

/** What an agent's tasks really come to. */
export interface TrueAgent {
  readonly agent: string;
  readonly costUsd: number;
  readonly successRatio: number;
  readonly durationMs: number;
}

export interface DecisionDraw {
  readonly agents: readonly TrueAgent[];
  /** How likely each agent was chosen. */
  readonly propensities: readonly number[];
  readonly random: RandomSource;
}

/** A decision of which nothing special is to be known. */
export function decisionOf(changes: Partial<LoggedDecision> = {}): LoggedDecision {
  return {
    taskId: 'task',
    attempt: 1,
    at: 0,
    capability: 'writing',
    inputType: 'text',
    priority: 'normal',
    criticality: 'normal',
    chosen: { agent: 'ada', version: '1.0.0' },
    propensity: 1,
    candidates: [{ agent: 'ada', version: '1.0.0' }],
    outcome: { verdict: 'succeeded', durationMs: 100, costUsd: 1 },
    ...changes,
  };
}

/** Deviation of the logarithm of costs and durations: about half of the mean, skewed to the right, as bills are. */
const SPREAD = 0.5;

/** One task at one of the agents, drawn as likely as they are said to be; costs and durations are lognormal around their means. */
export function drawDecision({ agents, propensities, random }: DecisionDraw, at: number): LoggedDecision {
  let place = 0;
  for (let left = random.next(); place + 1 < agents.length && left >= propensities[place]!; place++) {
    left -= propensities[place]!;
  }
  const agent = agents[place]!;
  const spread = (): number => exp(SPREAD * drawNormal(random) - (SPREAD * SPREAD) / 2);
  return decisionOf({
    taskId: `task-${at}`,
    at,
    chosen: { agent: agent.agent, version: '1.0.0' },
    propensity: propensities[place]!,
    candidates: agents.map(({ agent: name }, index) => ({
      agent: name,
      version: '1.0.0',
      propensity: propensities[index]!,
    })),
    outcome: {
      verdict: random.next() < agent.successRatio ? 'succeeded' : 'failed',
      durationMs: agent.durationMs * spread(),
      costUsd: agent.costUsd * spread(),
    },
  });
}
