import type { PerformanceBook } from '../../metrics/index.js';
import type { Release } from '../../registry/index.js';
import type { QuotaUse } from '../ledger/ledger.types.js';

/** The weight of the latest attempt in the mean of tokens. */
const NEWEST_RATIO = 0.2;

/**
 * What an attempt is expected to use: the cost that was measured, else the declared one; and the tokens of earlier attempts
 * under quotas, as an exponentially weighted mean. What nobody knows is expected to be nothing.
 */
export class ExpectedUse {
  readonly #tokens = new WeakMap<Release, Map<string, number>>();

  constructor(private readonly performance: Pick<PerformanceBook, 'estimate'>) {}

  of(release: Release, capability: string): QuotaUse {
    const measured = this.performance.estimate(release, capability).meanCostUsd;
    const declared =
      release.capabilities.get(capability)?.estimatedCostUsd ?? release.manifest.costPerTaskUsd ?? 0;
    const costUsd = measured ?? declared;
    return { tokens: Math.ceil(this.#tokens.get(release)?.get(capability) ?? 0), costUsd };
  }

  learn(release: Release, capability: string, tokens: number): void {
    if (!(tokens > 0 && tokens < Infinity)) return;
    const byCapability = this.#tokens.get(release) ?? new Map<string, number>();
    this.#tokens.set(release, byCapability);
    const mean = byCapability.get(capability) ?? tokens;
    byCapability.set(capability, mean + NEWEST_RATIO * (tokens - mean));
  }
}
