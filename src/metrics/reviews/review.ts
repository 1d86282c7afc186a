import type { AgentManifest } from '../../agents/index.js';
import { assessTrend, type Trend } from '../analytics/trends/trend.js';
import type { PerformanceEstimate } from '../estimates/performance-estimate.types.js';
import { Measures } from '../measures/measures.js';
import type { ReviewOptions } from '../metrics.options.js';
import type { MeasuresGroup } from '../rollups/performance.store.js';
import { successRatioOf } from './comparisons.js';
import { performanceOf } from './performance.js';
import { byLoad, findAll } from './review-rules.js';
import type { CapabilityReview, PerformanceReview, ReviewFinding, ReviewVerdict } from './review.types.js';

/** All that a review is made from. */
export interface ReviewMaterial {
  readonly release: string;
  readonly manifest: AgentManifest;
  readonly fromAt: number;
  readonly toAt: number;
  /** Of the window, by capability and input type and by time. */
  readonly current: readonly MeasuresGroup[];
  /** Of the days before, by capability. */
  readonly baseline: readonly MeasuresGroup[];
  readonly utilizationRatio: number | undefined;
  /** By capability: how much slower it got, where it did. */
  readonly driftRatios: ReadonlyMap<string, number>;
  /** By capability, what is expected of it now. */
  readonly estimates: ReadonlyMap<string, PerformanceEstimate>;
  readonly options: ReviewOptions;
}

/** From the worst to what is nothing to worry about. */
const ORDER: readonly ReviewVerdict[] = [
  'needs-improvement',
  'attention',
  'good',
  'high-performer',
  'unproven',
];

/** Judges a release by what was measured of it: each capability that it declares, and each that it had. */
export function review(material: ReviewMaterial): PerformanceReview {
  const { release, manifest, fromAt, toAt, utilizationRatio, current } = material;
  const declared = manifest.capabilities.map(({ capability }) => capability.name);
  const names = new Set([...declared, ...current.map(({ key }) => key.capability ?? '')]);
  const capabilities = [...names].map((name) => reviewCapability(name, material));
  const verdict = ORDER.find((each) => capabilities.some((reviewed) => reviewed.verdict === each));
  return { release, fromAt, toAt, verdict: verdict ?? 'unproven', utilizationRatio, capabilities };
}

function reviewCapability(capability: string, material: ReviewMaterial): CapabilityReview {
  const groups = material.current.filter(({ key }) => key.capability === capability);
  const before = material.baseline.filter(({ key }) => key.capability === capability);
  const measures = mergedOf(groups);
  const baseline = mergedOf(before);
  const provided = material.manifest.capabilities.find((entry) => entry.capability.name === capability);
  const { utilizationRatio, options, driftRatios } = material;
  const findings = findAll({
    capability,
    measures,
    baseline,
    options,
    // Of a release with several capabilities, those that nobody asks for are not what keeps it busy.
    utilizationRatio: measures.attempts === 0 ? undefined : utilizationRatio,
    declaredDurationMs: provided?.estimatedDurationMs,
    driftRatio: driftRatios.get(capability),
  });
  const { busy, quiet } = byLoad(measures);
  return {
    capability,
    verdict: verdictOf(measures, findings, options),
    findings,
    evidence: performanceOf(measures),
    expected: material.estimates.get(capability),
    baseline: baseline.attempts === 0 ? undefined : performanceOf(baseline),
    whenBusy: busy,
    whenQuiet: quiet,
    byInputType: byInputType(groups),
    trends: trendsOf(groups),
  };
}

function verdictOf(
  { counted }: Measures,
  findings: readonly ReviewFinding[],
  { minSamples }: ReviewOptions,
): ReviewVerdict {
  const severities = new Set(findings.map(({ severity }) => severity));
  if (severities.has('problem')) return 'needs-improvement';
  if (severities.has('warning')) return 'attention';
  if (counted < minSamples) return 'unproven';
  return severities.has('praise') ? 'high-performer' : 'good';
}

function byInputType(groups: readonly MeasuresGroup[]): CapabilityReview['byInputType'] {
  const types = Map.groupBy(groups, ({ key }) => key.inputType ?? '');
  return [...types]
    .map(([inputType, of]) => {
      const { attempts, succeeded, failed, successes } = mergedOf(of);
      const successRatio = successRatioOf(succeeded, failed);
      return { inputType, attempts, successRatio, p50Ms: successes.quantileMs(0.5) };
    })
    .sort((a, b) => b.attempts - a.attempts);
}

function trendsOf(groups: readonly MeasuresGroup[]): CapabilityReview['trends'] {
  const stretches = [...Map.groupBy(groups, ({ at }) => at)]
    .sort(([a], [b]) => a - b)
    .map(([at, of]) => ({ at, measures: mergedOf(of) }));
  const trend = (valueOf: (measures: Measures) => number | undefined): Trend | undefined =>
    assessTrend(
      stretches.flatMap(({ at, measures }) => {
        const value = valueOf(measures);
        return value === undefined ? [] : [{ at, value }];
      }),
    );
  return {
    medianDurationMs: trend(({ successes }) => successes.quantileMs(0.5)),
    successRatio: trend(({ succeeded, counted }) => (counted === 0 ? undefined : succeeded / counted)),
  };
}

function mergedOf(groups: readonly MeasuresGroup[]): Measures {
  return Measures.merged(groups.map(({ measures }) => measures));
}
