import type { AgentManifest } from '../../agents/index.js';

/** What a release declares of itself, as if it had been observed before its first attempt. */
export interface Prior {
  readonly alpha: number;
  readonly beta: number;
  readonly durationMs: number | undefined;
  readonly costUsd: number | undefined;
}

/** Nobody is believed to always succeed, or never: the posterior could not leave such a prior. */
const SUREST_RATIO = 0.98;

/**
 * Turns declared estimates into a prior that weighs as much as `weight` attempts. Without a declared reliability any is as likely
 * as any other, Beta(1, 1).
 */
export function priorOf(manifest: AgentManifest, capability: string, weight: number): Prior {
  const provided = manifest.capabilities.find((entry) => entry.capability.name === capability);
  const durationMs = provided?.estimatedDurationMs;
  const costUsd = provided?.estimatedCostUsd ?? manifest.costPerTaskUsd;
  const declared = provided?.estimatedSuccessRatio;
  if (declared === undefined) return { alpha: 1, beta: 1, durationMs, costUsd };
  const ratio = Math.min(Math.max(declared, 1 - SUREST_RATIO), SUREST_RATIO);
  return { alpha: ratio * weight, beta: (1 - ratio) * weight, durationMs, costUsd };
}
