import fc from 'fast-check';
import type { AttemptRecord } from '../../../orchestration/index.js';
import type { Choice, ConsideredCandidate, Exclusion } from '../../../selection/index.js';
import type { RunRecord, StepResult } from '../../../workflows/index.js';
import { readRecord, writeRecord } from './record-format.js';

type FinishedStep = Extract<RunRecord, { type: 'step.finished' }>;

/** With every field of a type: one that is added to it is asked for here. */
type Shape<T> = { readonly [Field in keyof Required<T>]: fc.Arbitrary<T[Field]> };

// Few values, so that fields are often what their absence would say.
const name = fc.constantFrom('echo', 'scribe');
const version = fc.constantFrom('1.0.0', '2.0.0');
const instant = fc.constantFrom(1_900_000_000_000, 1_900_000_000_100);
const amount = fc.constantFrom(0, 0.25, 3);
const failure = fc.constant({
  code: 'AGENT_FAILED',
  message: 'It broke.',
  kind: 'agent',
  retryable: true,
} as never);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const attempts = fc.array(
  fc.record<AttemptRecord>({
    attempt: fc.integer({ min: 1, max: 3 }),
    agent: name,
    version,
    status: fc.constantFrom('succeeded', 'failed'),
    startedAt: instant,
    durationMs: amount,
    costUsd: amount,
    usage: fc.record({ inputTokens: amount, outputTokens: amount }),
    toolCalls: fc.array(
      fc.constant({ tool: 'search', startedAt: 1, durationMs: 2, tries: 1, status: 'succeeded' } as never),
      { maxLength: 1 },
    ),
    error: maybe(failure),
  } satisfies Shape<AttemptRecord>),
  { maxLength: 3 },
);

const choice = fc.record<Choice>({
  strategy: fc.constant('adaptive'),
  chosen: maybe(fc.record({ agent: name, version })),
  reason: fc.string(),
  propensity: maybe(amount),
  seed: maybe(amount),
  candidates: fc.array(
    fc.record<ConsideredCandidate>({
      agent: name,
      version,
      inFlight: amount,
      maxConcurrentTasks: fc.nat(),
      score: maybe(amount),
      propensity: maybe(amount),
    } satisfies Shape<ConsideredCandidate>),
    { maxLength: 3 },
  ),
  excluded: fc.array(
    fc.record<Exclusion>({ agent: name, version, code: fc.constant('health'), reason: fc.string() }),
    { maxLength: 2 },
  ),
} satisfies Shape<Choice>);

const results = fc.record<StepResult>({
  status: fc.constantFrom('succeeded', 'failed', 'skipped', 'canceled'),
  output: fc.oneof(fc.constant(undefined), fc.jsonValue()),
  outputType: maybe(fc.string()),
  failure: maybe(failure),
  startedAt: instant,
  finishedAt: instant,
  capability: maybe(fc.string()),
  taskId: maybe(fc.uuid()),
  agent: maybe(name),
  version: maybe(version),
  costUsd: maybe(amount),
  attempts: maybe(attempts),
  choice: maybe(choice),
  signalId: maybe(fc.string()),
} satisfies Shape<StepResult>);

const finishedSteps = fc.record<FinishedStep>({
  type: fc.constant('step.finished'),
  at: instant,
  key: fc.string(),
  result: results,
  withStart: fc.boolean(),
} satisfies Shape<FinishedStep>);

const kept = (record: RunRecord): RunRecord => readRecord(JSON.parse(writeRecord(record)));
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the form of records in the database', () => {
  it('gives a finished step back as it was, whatever it holds', () => {
    fc.assert(fc.property(finishedSteps, (record) => expect(asJson(kept(record))).toEqual(asJson(record))));
  });

  it('reads what was written in full before there was a short form', () => {
    fc.assert(
      fc.property(finishedSteps, (record) => expect(readRecord(asJson(record))).toEqual(asJson(record))),
    );
  });

  it('writes other records as they are', () => {
    const record: RunRecord = { type: 'run.retried', at: 5, dropped: ['a'], undone: [] };
    expect(JSON.parse(writeRecord(record))).toEqual(record);
    expect(kept(record)).toEqual(record);
  });

  it('writes what a choice works out only when it is asked', () => {
    const lazy: Choice = new (class {
      readonly strategy = 'adaptive';
      readonly excluded = [];
      get chosen() {
        return { agent: 'echo', version: '1.0.0' };
      }
      get reason() {
        return 'worth most';
      }
      get propensity() {
        return 0.25;
      }
      get candidates() {
        return [];
      }
    })();
    const result: StepResult = { status: 'succeeded', startedAt: 1, finishedAt: 2, choice: lazy };
    const record = kept({ type: 'step.finished', at: 2, key: 'a', result, withStart: true });
    expect(record).toMatchObject({
      result: {
        choice: {
          strategy: 'adaptive',
          chosen: { agent: 'echo', version: '1.0.0' },
          reason: 'worth most',
          propensity: 0.25,
          candidates: [],
          excluded: [],
        },
      },
    });
  });

  it('leaves out what goes without saying', () => {
    const record = {
      type: 'step.finished',
      at: 9,
      key: 'write',
      withStart: true,
      result: {
        status: 'succeeded',
        output: 'text',
        agent: 'scribe',
        version: '1.0.0',
        startedAt: 7,
        finishedAt: 9,
        costUsd: 0,
        attempts: [
          {
            attempt: 1,
            agent: 'scribe',
            version: '1.0.0',
            status: 'succeeded',
            startedAt: 7,
            durationMs: 1.5,
            costUsd: 0,
            usage: { inputTokens: 0, outputTokens: 0 },
            toolCalls: [],
          },
        ],
        choice: {
          strategy: 'first',
          chosen: { agent: 'scribe', version: '1.0.0' },
          reason: 'the first',
          propensity: 1,
          candidates: [{ agent: 'scribe', version: '1.0.0', inFlight: 0, maxConcurrentTasks: 4 }],
          excluded: [],
        },
      },
    } satisfies RunRecord;
    expect(JSON.parse(writeRecord(record))).toEqual({
      type: 'step.finished',
      form: 2,
      key: 'write',
      result: {
        status: 'succeeded',
        output: 'text',
        agent: 'scribe',
        version: '1.0.0',
        startedAt: 7,
        finishedAt: 9,
        costUsd: 0,
        attempts: [{ durationMs: 1.5 }],
        choice: {
          strategy: 'first',
          reason: 'the first',
          propensity: 1,
          candidates: [['scribe', '1.0.0', 0, 4]],
        },
      },
    });
  });
});
