import {
  planCapacity,
  predictWaits,
  type CapacityPlan,
  type PredictedWait,
  type WaitTarget,
} from './capacity-plan.js';
import type { MeasuredLoad } from './measured-load.js';
import { offeredLoadOf } from './queue-model.js';
import type { Slots } from './slots.js';

/** What tasks really waited, over the window. */
export interface ObservedWait {
  readonly meanWaitMs: number;
  /** To 1 %. */
  readonly p95WaitMs: number;
}

/** How many agents are enough for what was measured, and how long tasks are expected to wait. */
export interface CapacityPrediction extends CapacityPlan, Slots {
  readonly verdict: 'predicted';
  readonly capability: string;
  readonly target: WaitTarget;
  readonly load: MeasuredLoad;
  /** Slots that are busy on average if there are enough. */
  readonly offeredLoad: number;
  readonly observed: ObservedWait;
  /** With the number of agents that was asked about. */
  readonly proposed: (PredictedWait & { readonly agents: number }) | undefined;
  /** What the prediction does not know of. */
  readonly cautions: readonly string[];
}

/** Nothing was measured, so nothing is predicted. */
export interface CapacityUnmeasured extends Slots {
  readonly verdict: 'unmeasured';
  readonly capability: string;
  readonly reason: string;
}

/**
 * How many agents of a capability are enough.
 * @publicApi
 */
export type CapacityReport = CapacityPrediction | CapacityUnmeasured;

/** What a prediction is made of. */
export interface CapacityFacts {
  readonly capability: string;
  readonly slots: Slots;
  readonly load: MeasuredLoad;
  readonly observed: ObservedWait;
  readonly target: WaitTarget;
  /** Agents more, or less, to look at. */
  readonly addAgents?: number | undefined;
}

/** Above this, what was measured may be only the part of the demand that got through. */
const SATURATED_RATIO = 0.95;

/** Fewer attempts leave load and variability unsure by more than the model is. */
const FEW_ATTEMPTS = 200;

export function reportCapacity({
  capability,
  slots,
  load,
  observed,
  target,
  addAgents,
}: CapacityFacts): CapacityPrediction {
  const { agents, servers } = slots;
  // Without an agent there is none to take as a measure.
  const slotsPerAgent = agents > 0 ? servers / agents : 1;
  const plan = planCapacity({ load, servers, slotsPerAgent, target });
  const proposedAgents = Math.max(agents + (addAgents ?? 0), 0);
  const proposed = {
    ...predictWaits(load, Math.round(proposedAgents * slotsPerAgent)),
    agents: proposedAgents,
  };
  return {
    verdict: 'predicted',
    capability,
    ...slots,
    target,
    load,
    offeredLoad: offeredLoadOf(load),
    observed,
    ...plan,
    proposed: addAgents === undefined ? undefined : proposed,
    cautions: cautionsOf(slots, load, plan.now.utilizationRatio),
  };
}

function cautionsOf(slots: Slots, load: MeasuredLoad, utilizationRatio: number): string[] {
  const cautions: string[] = [];
  if (load.attemptCount < FEW_ATTEMPTS) {
    cautions.push(`Only ${load.attemptCount} attempts were measured; load and variability are rough.`);
  }
  if (!load.isArrivalScvMeasured) {
    cautions.push(
      'There are too few minutes to tell how even arrivals are; they are taken to be independent.',
    );
  }
  if (utilizationRatio > SATURATED_RATIO) {
    cautions.push('The slots are nearly all busy, so more may have been asked for than was measured.');
  }
  if (slots.sharedWith.length > 0) {
    cautions.push(
      `The same agents also serve ${slots.sharedWith.slice(0, 5).join(', ')}, which the prediction leaves out.`,
    );
  }
  if (slots.isOnSeveralNodes) {
    cautions.push('Each node has a line of its own; one line for all, as is assumed, waits less.');
  }
  return cautions;
}
