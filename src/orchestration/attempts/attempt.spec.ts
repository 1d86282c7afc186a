import { RunContext, type ProgressReport } from '../../agents/index.js';
import { SeededRandom } from '../../common/index.js';
import { buildStub } from '../../testing/workflows/build-executor.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { Attempt, type TaskIdentity } from './attempt.js';

function begin(identity: Partial<TaskIdentity> = {}) {
  const clock = new VirtualClock(5_000);
  const progress: ProgressReport[] = [];
  const task: TaskIdentity = {
    taskId: 'task-1',
    capability: 'echo',
    idempotencyKey: 'key-1',
    context: RunContext.EMPTY,
    onProgress: (report) => void progress.push(report),
    ...identity,
  };
  const logger = new RecordingLogger();
  const attempt = new Attempt(
    task,
    buildStub({ name: 'agent' }).release,
    {
      number: 2,
      inputType: 'text',
      startedAt: 5_000,
      deadlineAt: 6_000,
      startedMonotonicMs: clock.monotonicMs(),
      inFlight: 0,
    },
    { clock, random: new SeededRandom(1), logger },
  );
  return { attempt, clock, progress, logger };
}

const invalid = (field: string) => expect.objectContaining({ code: 'REPORT_INVALID', details: { field } });
const wrong = (value: unknown) => value as never;

describe('Attempt', () => {
  it('tells the agent where it stands', () => {
    const { attempt, clock, logger } = begin({ runId: 'run-1', stepId: 'step-1' });
    expect(attempt).toMatchObject({
      taskId: 'task-1',
      runId: 'run-1',
      stepId: 'step-1',
      capability: 'echo',
      idempotencyKey: 'key-1',
      inputType: 'text',
      attempt: 2,
      startedAt: 5_000,
      deadlineAt: 6_000,
      context: RunContext.EMPTY,
    });
    attempt.logger.info('hello');
    expect(logger.lines).toEqual(['info hello']);
    expect(attempt.random.next()).toBeLessThan(1);
    clock.advance(30);
    expect(attempt.elapsedMs).toBe(30);
  });

  describe('signal', () => {
    it('aborts with the reason', () => {
      const { attempt } = begin();
      const { signal } = attempt;
      expect(signal.aborted).toBe(false);
      const reason = new Error('time is up');
      attempt.abort(reason);
      expect(signal.reason).toBe(reason);
      expect(attempt.signal).toBe(signal);
      expect(() => attempt.throwIfAborted()).toThrow(reason);
    });

    it('is aborted already when it is first asked for afterwards', () => {
      const { attempt } = begin();
      const reason = new Error('time is up');
      attempt.abort(reason);
      expect(attempt.signal).toMatchObject({ aborted: true, reason });
    });

    it('stays open when the attempt just ends', () => {
      const { attempt } = begin();
      attempt.close();
      expect(attempt.signal.aborted).toBe(false);
      expect(() => attempt.throwIfAborted()).not.toThrow();
    });
  });

  describe('reports', () => {
    it('add up usage, and leave the cost open until somebody tells it', () => {
      const { attempt } = begin();
      expect(attempt.reportedCostUsd).toBeUndefined();
      expect(attempt.usage).toEqual({ inputTokens: 0, outputTokens: 0 });
      attempt.reportUsage({ inputTokens: 10 });
      expect(attempt.reportedCostUsd).toBeUndefined();
      attempt.reportUsage({ inputTokens: 5, outputTokens: 2, costUsd: 0 });
      expect(attempt.reportedCostUsd).toBe(0);
      attempt.reportUsage({ costUsd: 0.25 });
      expect(attempt.reportedCostUsd).toBe(0.25);
      expect(attempt.usage).toEqual({ inputTokens: 15, outputTokens: 2 });
    });

    it.each([
      ['inputTokens', -1],
      ['outputTokens', NaN],
      ['costUsd', Infinity],
      ['costUsd', '1'],
    ])('refuse %s = %p, and count nothing of the report', (field, value) => {
      const { attempt } = begin();
      expect(() => attempt.reportUsage({ inputTokens: 7, [field]: wrong(value) })).toThrow(invalid(field));
      expect(attempt.usage.inputTokens).toBe(0);
    });

    it.each([-0.1, 1.1, NaN, '0.5'])('refuse a ratio of %p', (ratio) => {
      const { attempt, progress } = begin();
      expect(() => attempt.reportConfidence(wrong(ratio))).toThrow(invalid('confidence'));
      expect(() => attempt.reportProgress({ doneRatio: wrong(ratio) })).toThrow(invalid('doneRatio'));
      expect(() => attempt.reportSources([{ url: 'a' }, { credibility: wrong(ratio) }])).toThrow(
        invalid('credibility'),
      );
      expect([attempt.confidence, attempt.sources, progress]).toEqual([undefined, undefined, []]);
    });

    it('pass progress on', () => {
      const { attempt, progress } = begin();
      attempt.reportProgress({ message: 'half', doneRatio: 0.5 });
      attempt.reportProgress({ partial: 'a' });
      expect(progress).toEqual([{ message: 'half', doneRatio: 0.5 }, { partial: 'a' }]);
      expect(() => begin({ onProgress: undefined }).attempt.reportProgress({})).not.toThrow();
    });

    it('keep the last confidence and all sources, as they were when told', () => {
      const { attempt } = begin();
      attempt.reportConfidence(0.2);
      attempt.reportConfidence(1);
      const source = { url: 'https://example.org', credibility: 0.9 };
      attempt.reportSources([source]);
      source.credibility = 7;
      attempt.reportSources([{ title: 'b' }]);
      expect(attempt.confidence).toBe(1);
      expect(attempt.sources).toEqual([{ url: 'https://example.org', credibility: 0.9 }, { title: 'b' }]);
    });

    it('keep a thousand sources and tool calls at most', () => {
      const { attempt } = begin();
      expect(attempt.toolCalls).toEqual([]);
      attempt.reportSources(Array.from({ length: 1_500 }, () => ({})));
      const call = { tool: 'search', startedAt: 0, durationMs: 1, tries: 1, status: 'succeeded' } as const;
      for (let count = 0; count < 1_500; count += 1) attempt.recordToolCall(call);
      expect([attempt.sources?.length, attempt.toolCalls.length]).toEqual([1_000, 1_000]);
    });

    it.each([
      ['ended', 'close'],
      ['was aborted', 'abort'],
    ] as const)('do not count once the attempt %s', (_, end) => {
      const { attempt, progress } = begin();
      attempt.reportUsage({ inputTokens: 1, costUsd: 1 });
      if (end === 'abort') attempt.abort(new Error('late'));
      else attempt.close();
      attempt.reportUsage({ inputTokens: 1, outputTokens: 1, costUsd: 1 });
      attempt.reportProgress({ message: 'still here' });
      attempt.reportConfidence(0.5);
      attempt.reportSources([{}]);
      attempt.recordToolCall({ tool: 't', startedAt: 0, durationMs: 0, tries: 1, status: 'succeeded' });
      expect(attempt.usage).toEqual({ inputTokens: 1, outputTokens: 0 });
      expect(attempt.reportedCostUsd).toBe(1);
      expect([attempt.confidence, attempt.sources, attempt.toolCalls, progress]).toEqual([
        undefined,
        undefined,
        [],
        [],
      ]);
    });
  });
});
