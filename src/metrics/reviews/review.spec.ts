import { SeededRandom } from '../../common/index.js';
import { manifestOf } from '../../testing/builders/release-builder.js';
import { Measures, type MeasuredAttempt } from '../measures/measures.js';
import { METRICS_DEFAULTS, type ReviewOptions } from '../metrics.options.js';
import { HOUR_MS, type MeasuresGroup } from '../rollups/performance.store.js';
import { review, type ReviewMaterial } from './review.js';
import type { CapabilityReview } from './review.types.js';

const FIGURES = { durationMs: 100, queuedMs: 0, costUsd: 0.5, inputTokens: 10, outputTokens: 20 };

/** Attempts of which so many succeed, around a duration; busy ones where that is said. */
function measured(
  succeeded: number,
  failed: number,
  { durationMs = 100, isBusy = false }: { durationMs?: number; isBusy?: boolean } = {},
): Measures {
  const random = new SeededRandom(1);
  const measures = new Measures();
  const attempt = (rest: Pick<MeasuredAttempt, 'verdict' | 'errorKind'>): void =>
    measures.record({ ...FIGURES, ...rest, durationMs: durationMs * (0.8 + 0.4 * random.next()) }, isBusy);
  for (let done = 0; done < succeeded; done += 1) attempt({ verdict: 'succeeded' });
  for (let done = 0; done < failed; done += 1) attempt({ verdict: 'failed', errorKind: 'timeout' });
  return measures;
}

const group = (measures: Measures, key: object = {}, at = 0): MeasuresGroup => ({
  key: { capability: 'writing', inputType: 'text', ...key },
  at,
  measures,
});

const MANIFEST = manifestOf({ name: 'writer', capabilities: ['writing'] });

const reviewOf = (
  current: readonly MeasuresGroup[],
  changes: Partial<Omit<ReviewMaterial, 'options'>> & { options?: Partial<ReviewOptions> } = {},
) =>
  review({
    release: 'writer@1.0.0',
    manifest: MANIFEST,
    fromAt: 0,
    toAt: 24 * HOUR_MS,
    baseline: [],
    utilizationRatio: 0.1,
    driftRatios: new Map(),
    estimates: new Map(),
    current,
    ...changes,
    options: { ...METRICS_DEFAULTS.review, ...changes.options },
  });

/** What is said of `writing`. */
const writingOf = (...given: Parameters<typeof reviewOf>): CapabilityReview =>
  reviewOf(...given).capabilities[0]!;

/** The findings, as `severity code`. */
const foundIn = (...given: Parameters<typeof reviewOf>): string[] =>
  writingOf(...given).findings.map(({ severity, code }) => `${severity} ${code}`);

describe('a performance review', () => {
  it('says nothing of a release that has not been tried', () => {
    const { verdict, capabilities } = reviewOf([]);
    expect(verdict).toBe('unproven');
    expect(capabilities).toEqual([
      expect.objectContaining({ capability: 'writing', verdict: 'unproven', findings: [], byInputType: [] }),
    ]);
    expect(capabilities[0]!.evidence.successRatio).toBeUndefined();
    expect(capabilities[0]!.evidence.durations).toBeUndefined();
  });

  it('says nothing of one with too few attempts, however bad', () => {
    expect(writingOf([group(measured(0, 19))])).toMatchObject({ verdict: 'unproven', findings: [] });
  });

  it('gives the evidence', () => {
    const { evidence } = writingOf([group(measured(90, 10))]);
    expect(evidence).toMatchObject({
      attempts: 100,
      succeeded: 90,
      failed: 10,
      excused: 0,
      implausible: 0,
      errorKinds: { timeout: 10 },
      successRatio: { value: 0.9, count: 100 },
      costUsd: 50,
      costPerAttemptUsd: 0.5,
      inputTokens: 1_000,
      outputTokens: 2_000,
    });
    expect(evidence.successRatio!.low).toBeGreaterThan(0.8);
    expect(evidence.durations!.count).toBe(90);
    expect(evidence.allDurations!.count).toBe(100);
    expect(evidence.allDurations!.meanMs).toBeCloseTo(100, -1);
    expect(evidence.durations!.p99Ms).toBeGreaterThan(evidence.durations!.p50Ms);
    expect(evidence.waits!.meanMs).toBe(0);
  });

  it('gives what strategies expect now', () => {
    const estimate = {
      sampleCount: 3,
      successAlpha: 4,
      successBeta: 1,
      meanDurationMs: 100,
      peakEwmaMs: 120,
      meanCostUsd: undefined,
    };
    expect(writingOf([], { estimates: new Map([['writing', estimate]]) }).expected).toEqual(estimate);
    expect(writingOf([]).expected).toBeUndefined();
  });

  it('finds success too low when that is sure, and gives advice (PF-01, PF-04)', () => {
    const reviewed = writingOf([group(measured(20, 20))]);
    expect(reviewed.verdict).toBe('needs-improvement');
    const [finding] = reviewed.findings;
    expect(finding).toMatchObject({ code: 'low-success', severity: 'problem' });
    expect(finding!.message).toBe('50 % of 40 attempts succeeded (35 % to 65 %), below 80 %');
    expect(finding!.advice).toContain('Needs improvement at "writing", mostly of kind timeout');
  });

  it('only warns of success that may be low by chance', () => {
    const reviewed = writingOf([group(measured(15, 5))]);
    expect(reviewed.verdict).toBe('attention');
    expect(reviewed.findings[0]!.message).toContain('it may be chance');
  });

  it('finds that it fails more than before (PF-05)', () => {
    const baseline = [group(measured(990, 10))];
    expect(foundIn([group(measured(85, 15))], { baseline })).toEqual(['warning failing-more']);
    expect(foundIn([group(measured(98, 2))], { baseline })).toEqual([]);
    expect(foundIn([group(measured(85, 15))], { baseline: [group(measured(19, 0))] })).toEqual([]);
  });

  it('finds that it is getting slow, against its own past (PF-02)', () => {
    const baseline = [group(measured(100, 0))];
    expect(foundIn([group(measured(100, 0, { durationMs: 140 }))], { baseline })).toEqual([
      'warning slowing',
    ]);
    // Slower for sure, but not by much.
    expect(foundIn([group(measured(100, 0, { durationMs: 110 }))], { baseline })).toEqual([
      'praise high-performer',
    ]);
    expect(
      foundIn([group(measured(100, 0, { durationMs: 140 }))], { baseline: [group(measured(10, 0))] }),
    ).toEqual(['praise high-performer']);
  });

  it('finds that it is slow: for a limit, or for what it declares', () => {
    const slow = [group(measured(100, 0, { durationMs: 3_000 }))];
    const found = writingOf(slow, { options: { slowDurationMs: 2_000 } }).findings[0]!;
    expect(found.code).toBe('slow');
    expect(found.message).toMatch(/takes? longer than \d+ ms; the limit is 2000 ms$/);
    const capabilities = [{ capability: 'writing', estimatedDurationMs: 1_000 }];
    const manifest = manifestOf({ name: 'writer', capabilities });
    expect(writingOf(slow, { manifest }).findings[0]!.message).toContain('it declares 1000 ms');
    expect(foundIn([group(measured(100, 0, { durationMs: 1_500 }))], { manifest })).toEqual([
      'praise high-performer',
    ]);
  });

  it('finds that it has drifted', () => {
    const found = writingOf([group(measured(100, 0))], { driftRatios: new Map([['writing', 2.04]]) });
    expect(found.findings[0]).toMatchObject({
      code: 'drifted',
      message: expect.stringContaining('2.0 times'),
    });
  });

  it('finds that it is saturated, and says how many more are needed (PF-03)', () => {
    const advice = (utilizationRatio: number) =>
      writingOf([group(measured(5, 0))], { utilizationRatio }).findings[0]?.advice;
    expect(advice(0.95)).toContain('Consider adding another agent with "writing"');
    expect(advice(0.8)).toBeUndefined();
    expect(writingOf([group(measured(5, 0))], { utilizationRatio: 1 }).verdict).toBe('attention');
    expect(foundIn([], { utilizationRatio: 1 })).toEqual([]);
  });

  it('finds that it does worse when it is busy (PF-07)', () => {
    const busy = group(measured(60, 10, { isBusy: true }));
    const reviewed = writingOf([busy, group(measured(100, 0))]);
    expect(reviewed.findings.map(({ code }) => code)).toEqual(['worse-when-busy']);
    expect(reviewed.whenBusy!.value).toBeCloseTo(60 / 70);
    expect(reviewed.whenQuiet!.value).toBe(1);
    expect(foundIn([busy, group(measured(88, 12))])).toEqual([]);
    expect(foundIn([group(measured(5, 1, { isBusy: true })), group(measured(100, 0))])).toEqual([]);
  });

  it('recognizes a high performer, when that is sure (PF-06)', () => {
    expect(writingOf([group(measured(200, 0))])).toMatchObject({
      verdict: 'high-performer',
      findings: [{ code: 'high-performer', severity: 'praise' }],
    });
    expect(writingOf([group(measured(30, 0))])).toMatchObject({ verdict: 'good', findings: [] });
  });

  it('tells the worst first, and no praise beside a warning', () => {
    const baseline = [group(measured(990, 10))];
    const slow = measured(40, 60, { durationMs: 500 });
    expect(foundIn([group(slow)], { baseline, utilizationRatio: 1 })).toEqual([
      'problem low-success',
      'warning failing-more',
      'warning slowing',
      'warning saturated',
    ]);
  });

  it('judges each capability, and the release by the worst of which anything is known', () => {
    const manifest = manifestOf({ name: 'writer', capabilities: ['writing', 'reading', 'mending'] });
    const groups = [group(measured(200, 0)), group(measured(0, 40), { capability: 'reading' })];
    const { verdict, capabilities } = reviewOf(groups, { manifest });
    expect(verdict).toBe('needs-improvement');
    expect(capabilities.map((each) => `${each.capability} ${each.verdict}`)).toEqual([
      'writing high-performer',
      'reading needs-improvement',
      'mending unproven',
    ]);
    expect(reviewOf([group(measured(200, 0))], { manifest }).verdict).toBe('high-performer');
  });

  it('tells input types apart, those that come most first (MD-03)', () => {
    const { byInputType } = writingOf([
      group(measured(5, 15), { inputType: 'page' }),
      group(measured(90, 10, { durationMs: 50 })),
      group(measured(0, 0), { inputType: 'note' }),
    ]);
    expect(byInputType.map(({ inputType, attempts }) => [inputType, attempts])).toEqual([
      ['text', 100],
      ['page', 20],
      ['note', 0],
    ]);
    expect(byInputType[1]!.successRatio!.value).toBe(0.25);
    expect(byInputType[0]!.p50Ms).toBeCloseTo(50, -1);
  });

  it('tells trends from chance (MD-12)', () => {
    const hours = Array.from({ length: 20 }, (_, hour) =>
      group(measured(20, 1, { durationMs: 100 + 10 * hour }), {}, hour * HOUR_MS),
    );
    const { trends } = writingOf(hours.toReversed());
    expect(trends.medianDurationMs).toMatchObject({ direction: 'rising', pointCount: 20 });
    expect(trends.successRatio!.direction).toBe('none');
    expect(writingOf(hours.slice(0, 3)).trends).toEqual({});
  });
});
