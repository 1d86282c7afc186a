import type { AttemptObservation } from '../../metrics/index.js';
import type { Release } from '../../registry/index.js';
import { buildRelease } from './release-builder.js';

/** An attempt at `writing` that took 100 ms and cost nothing, where a test does not say otherwise. */
export function observationOf(changes: Partial<AttemptObservation> = {}): AttemptObservation {
  return {
    release: changes.release ?? buildWriter(),
    taskId: 'task',
    capability: 'writing',
    inputType: 'text',
    inputBytes: 10,
    verdict: 'succeeded',
    startedAt: Date.UTC(2030, 0, 1),
    durationMs: 100,
    inFlight: 0,
    queuedMs: 0,
    costUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    ...changes,
  };
}

/** A release that provides `writing`. */
function buildWriter(): Release {
  return buildRelease({ name: 'writer', capabilities: ['writing'] }).release;
}
