import { observationOf } from '../../testing/builders/observations.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { AttemptObservation } from '../attempt-observation.types.js';
import { AttemptRecorder, type RecorderOptions } from './attempt-recorder.js';
import { DIMENSIONS, HOUR_MS, MINUTE_MS, type Series } from './performance.store.js';

function build(options: Partial<RecorderOptions> = {}) {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const recorder = new AttemptRecorder(clock, logger, { maxNames: 100, maxSeries: 1_000, ...options });
  const observe = (...changes: readonly Partial<AttemptObservation>[]): void => {
    for (const change of changes) recorder.onAttempt(observationOf(change));
  };
  /** What is pending, as one line for each series of each minute. */
  const pending = (): string[] =>
    recorder
      .pending()
      .flatMap(({ minutes }) => minutes)
      .map(({ at, series, measures }) => {
        const minute = (at - Date.UTC(2030, 0, 1)) / MINUTE_MS;
        return `${minute}: ${namesOf(series)} ${measures.attempts}`;
      });
  const settle = (): void => {
    for (const batch of recorder.pending()) batch.settle();
  };
  return { clock, logger, recorder, observe, pending, settle };
}

const namesOf = (series: Series): string =>
  DIMENSIONS.map((dimension) => series[dimension])
    .filter((name) => name !== '')
    .join(' ');

describe('AttemptRecorder', () => {
  it('counts attempts in the minute in which they end, by all that tells them apart', () => {
    const { clock, observe, pending } = build();
    const release = buildRelease({ name: 'writer', version: '2.0.0', capabilities: ['writing'] }).release;
    observe({}, {}, { workflow: 'brief', tenant: 'acme' }, { tenant: 'acme' }, { release });
    clock.advance(MINUTE_MS);
    observe({ capability: 'reading' }, { inputType: 'page' });
    expect(pending()).toEqual([
      '0: writer@1.0.0 writing text 2',
      '0: writer@1.0.0 writing text brief acme 1',
      '0: writer@1.0.0 writing text acme 1',
      '0: writer@2.0.0 writing text 1',
      '1: writer@1.0.0 reading text 1',
      '1: writer@1.0.0 writing page 1',
    ]);
  });

  it('has nothing pending that was written, until there is more of it', () => {
    const { clock, observe, pending, settle } = build();
    observe({});
    settle();
    expect(pending()).toEqual([]);
    observe({});
    expect(pending()).toEqual(['0: writer@1.0.0 writing text 2']);
    clock.advance(MINUTE_MS);
    observe({});
    settle();
    expect(pending()).toEqual([]);
  });

  it('keeps what came while it was written pending', () => {
    const { recorder, observe, pending } = build();
    observe({});
    const [batch] = recorder.pending();
    observe({});
    batch!.settle();
    expect(pending()).toEqual(['0: writer@1.0.0 writing text 2']);
  });

  it('begins as another writer when the clock went back, so that nothing is written over', () => {
    const { clock, recorder, observe, pending, settle } = build();
    clock.advance(10 * MINUTE_MS);
    observe({});
    const [before] = recorder.pending();
    clock.jumpTo(Date.UTC(2030, 0, 1));
    observe({}, {});
    const [first, second] = recorder.pending();
    expect(first!.writer).toBe(before!.writer);
    expect(second!.writer).toBe(recorder.writer);
    expect(second!.writer).not.toBe(first!.writer);
    expect(pending()).toEqual(['10: writer@1.0.0 writing text 1', '0: writer@1.0.0 writing text 2']);
    settle();
    expect(pending()).toEqual([]);
  });

  it('goes on in another minute when the clock jumps ahead', () => {
    const { clock, recorder, observe, pending } = build();
    observe({});
    const { writer } = recorder;
    clock.jumpTo(Date.UTC(2030, 0, 1) + 500 * MINUTE_MS);
    observe({});
    expect(recorder.writer).toBe(writer);
    expect(pending()).toHaveLength(2);
  });

  it('counts names beyond the bound as other ones, says so once, and gives the places anew each hour', () => {
    const { clock, logger, observe, pending, settle } = build({ maxNames: 2 });
    observe({ tenant: 'a' }, { tenant: 'b' }, { tenant: 'c' }, { tenant: 'd' });
    expect(pending()).toEqual([
      '0: writer@1.0.0 writing text a 1',
      '0: writer@1.0.0 writing text b 1',
      '0: writer@1.0.0 writing text (other) 2',
    ]);
    expect(logger.lines).toEqual([
      'warn too many names to measure each as tenant; further ones count as (other)',
    ]);
    settle();
    clock.advance(HOUR_MS);
    observe({ tenant: 'd' });
    expect(pending()).toEqual(['60: writer@1.0.0 writing text d 1']);
  });

  it('counts series beyond the bound by release and capability, then all together, and says so once', () => {
    const { logger, observe, pending } = build({ maxSeries: 2 });
    observe({ tenant: 'a' }, { tenant: 'b' }, { tenant: 'c' }, { inputType: 'page', tenant: 'd' });
    observe({ capability: 'reading' }, { capability: 'mending' }, { capability: 'mending', tenant: 'a' });
    observe({ tenant: 'a' });
    expect(pending()).toEqual([
      '0: writer@1.0.0 writing text a 2',
      '0: writer@1.0.0 writing text b 1',
      '0: writer@1.0.0 writing (other) (other) (other) 2',
      '0: writer@1.0.0 reading (other) (other) (other) 1',
      '0: (other) (other) (other) (other) (other) 2',
    ]);
    expect(logger.lines).toEqual(['warn too many series to measure each; further ones count as (other)']);
  });

  it('takes names that no store could hold as the nearest that can be held, and those that become the same as one', () => {
    const { recorder, observe } = build();
    const long = 'x'.repeat(300);
    observe({ tenant: 'a\u0000b' }, { tenant: 'ab' }, { tenant: `${long}1` }, { tenant: `${long}2` });
    observe({ tenant: '\ud800' });
    const tenants = recorder.pending()[0]!.minutes.map(({ series }) => series.tenant);
    expect(tenants).toEqual(['ab', 'x'.repeat(200), '\ufffd']);
  });

  it('counts figures that cannot be as 0, and says whose they are', () => {
    const { logger, recorder, observe } = build();
    observe({ costUsd: NaN, inputTokens: -5 }, { costUsd: NaN, inputTokens: -5 }, { durationMs: 1e15 });
    const [minute] = recorder.pending()[0]!.minutes;
    expect(minute!.measures).toMatchObject({
      succeeded: 3,
      implausible: 3,
      costUsd: 0,
      inputTokens: 0,
      busyMs: 200,
    });
    expect(logger.lines).toEqual([
      'warn "writer@1.0.0" has attempts at "writing" that cannot be: costUsd, inputTokens; it counts as 0',
      'warn "writer@1.0.0" has attempts at "writing" that cannot be: durationMs; it counts as 0',
    ]);
  });

  it('does not fill the log', () => {
    const { logger, observe } = build();
    for (let at = 0; at < 500; at += 1) observe({ capability: `c${at}`, costUsd: -1 });
    expect(logger.lines).toHaveLength(100);
  });

  it('tells attempts that found the agent busy', () => {
    const { recorder, observe } = build();
    const input = { name: 'writer', maxConcurrentTasks: 3, capabilities: ['writing'] };
    const { release } = buildRelease(input);
    observe({ queuedMs: 1 }, { release });
    release.occupySlot();
    release.occupySlot();
    observe({ release }, { release, verdict: 'failed' });
    const [minute] = recorder.pending()[0]!.minutes;
    expect(minute!.measures).toMatchObject({ succeeded: 3, crowdedSucceeded: 2, crowdedFailed: 1 });
  });

  it('gives up the oldest minutes when they cannot be written for an hour, and says so', () => {
    const { clock, logger, observe, pending } = build();
    for (let minute = 0; minute < 70; minute += 1) {
      observe({});
      clock.advance(MINUTE_MS);
    }
    expect(pending()).toHaveLength(60);
    expect(pending()[0]).toMatch(/^10: /);
    expect(logger.lines[0]).toContain('could not be written for an hour');
  });
});
