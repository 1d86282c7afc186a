import fc from 'fast-check';
import { SeededRandom } from '../../common/index.js';
import { PerformanceBook, resolveMetricsOptions, type Decision } from '../../metrics/index.js';
import { MemoryDecisionLog } from '../../persistence/index.js';
import { buildExecutor, failing, type StubAgent } from '../../testing/workflows/build-executor.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { decisionOf } from '../../testing/builders/decisions.js';
import { houseStrategies } from '../catalog/house-strategies.js';
import { resolveObjective } from '../strategies/objective.js';
import { StrategyCatalog } from '../catalog/strategy-catalog.js';
import { Strategy } from '../strategy.js';
import type { RecordedChoice, Selection } from '../selection.types.js';
import { ChoiceService, choiceIdOf } from './choices.service.js';

class Broken extends Strategy {
  readonly name = 'broken';
  select(): Selection {
    throw new Error('no data');
  }
}

/** The one with the most free slots; among equals, the one whose last turn is longest ago. */
class ByLoad extends Strategy {
  readonly name = 'by-load';
  override readonly evidenceNames = ['lastTurn'];
  select(): Selection {
    throw new TypeError('is not asked');
  }
  override replay({ candidates, evidence = [] }: RecordedChoice): Selection {
    const scores = candidates.map(({ inFlight, maxConcurrentTasks }) => 1 - inFlight / maxConcurrentTasks);
    const places = scores.map((_, at) => at);
    const [index = 0] = places.toSorted(
      (one, other) => scores[other]! - scores[one]! || evidence[one]! - evidence[other]!,
    );
    return { index, reason: 'by load', scores };
  }
}

class Forgetful extends Strategy {
  readonly name: string = 'forgetful';
  select(): Selection {
    return { index: 0, reason: 'who knows' };
  }
}

function open(agents: readonly StubAgent[], strategies: readonly Strategy[] = []) {
  const log = new MemoryDecisionLog(1_000);
  const bench = buildExecutor({ agents, strategies, decisions: { log, sampleRatio: 1 } });
  // Strategies of their own, which have seen none of the tasks.
  const { clock } = bench;
  const parts = {
    clock,
    random: new SeededRandom(99),
    book: new PerformanceBook(clock, resolveMetricsOptions()),
  };
  const house = houseStrategies({ ...parts, objective: resolveObjective() });
  const choices = new ChoiceService(log, new StrategyCatalog([...house, new ByLoad(), ...strategies]));
  const last = async (): Promise<Decision> => (await log.list({ limit: 1 })).items[0]!;
  return { ...bench, log, choices, last };
}

const agent = (name: string, rest: Partial<StubAgent> = {}): StubAgent => ({
  name,
  maxConcurrentTasks: 4,
  ...rest,
});

describe('a recorded choice', () => {
  it('says what the choice went by and what came of it', async () => {
    const { run, last } = open([
      agent('a', { costPerTaskUsd: 0.5 }),
      agent('b'),
      agent('c', { status: 'failed' }),
    ]);
    await run({ strategy: 'round-robin', tenant: 'acme', priority: 'urgent' });
    expect(await last()).toMatchObject({
      attempt: 1,
      capability: 'echo',
      inputBytes: 4,
      tenant: 'acme',
      priority: 'urgent',
      criticality: 'normal',
      kind: 'chosen',
      strategy: 'round-robin',
      reason: 'had no turn yet',
      chosen: { agent: 'a', version: '1.0.0' },
      propensity: 1,
      candidates: [{ agent: 'a', inFlight: 0 }, { agent: 'b' }],
      excluded: [{ agent: 'c', code: 'status' }],
      evidenceNames: ['lastTurn'],
      evidence: [0, 0],
      outcome: { verdict: 'succeeded', costUsd: 0.5 },
    });
  });

  it('is kept for each attempt: with the same agent again, then with the next', async () => {
    const { run, log } = open([agent('a', { handle: failing() }), agent('b')]);
    await run({ strategy: 'first', retry: { attempts: 2, delayMs: 0 } });
    const { items } = await log.list({ limit: 10 });
    expect(
      items.map(({ attempt, kind, chosen, outcome }) => [attempt, kind, chosen.agent, outcome.verdict]),
    ).toEqual([
      [3, 'chosen', 'b', 'succeeded'],
      [2, 'retried', 'a', 'failed'],
      [1, 'chosen', 'a', 'failed'],
    ]);
  });

  it('is not kept for tasks that are not sampled', async () => {
    const log = new MemoryDecisionLog(10);
    const { run } = buildExecutor({ agents: [agent('a')], decisions: { log, sampleRatio: 0 } });
    await run();
    expect((await log.list({ limit: 1 })).items).toEqual([]);
  });
});

const HOUSE = houseStrategies({
  clock: new VirtualClock(),
  random: new SeededRandom(1),
  book: new PerformanceBook(new VirtualClock(), resolveMetricsOptions()),
  objective: resolveObjective(),
}).map(({ name }) => name);

describe('replay', () => {
  it('comes out the same for every strategy, whatever has been learned since', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...HOUSE), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.integer({ min: 1, max: 6 }),
        async (strategies, count) => {
          const { run, log, choices, built } = open(
            Array.from({ length: count }, (_, at) => agent(`a${at}`, { maxConcurrentTasks: 50 })),
          );
          for (const [at, strategy] of strategies.entries()) {
            built[at % count]!.release.occupySlot();
            await run({ strategy });
          }
          for (const decision of (await log.list({ limit: 100 })).items) {
            expect(await choices.replay(choiceIdOf(decision))).toMatchObject({
              status: 'same',
              findings: [],
            });
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('says what differs where the record was tampered with', async () => {
    const { log, choices } = open([]);
    log.record(
      decisionOf('t', {
        strategy: 'by-load',
        evidence: [0, 0],
        chosen: { agent: 'b', version: '2.0.0-rc.1' },
      }),
    );
    expect(await choices.replay('t.1')).toMatchObject({
      status: 'different',
      findings: [
        'it was b@2.0.0-rc.1 and would be a@1.0.0',
        'the propensity was 0.30000000000000004 and would be 1',
        '1 of 2 scores would be others',
      ],
      replayed: { chosen: { agent: 'a' } },
    });
  });

  it('is the same for a retry, as nobody was asked', async () => {
    const { log, choices } = open([]);
    log.record(decisionOf('t', { kind: 'retried' }));
    expect((await choices.replay('t.1')).status).toBe('same');
  });

  class Failing extends Forgetful {
    override readonly name = 'failing';
    override replay(): Selection {
      throw new Error('lost');
    }
  }
  class Lost extends Forgetful {
    override readonly name = 'lost';
    override replay(): Selection {
      return { index: 7, reason: '' };
    }
  }

  it.each([
    ['gone', {}, 'there is no strategy "gone" any more'],
    ['forgetful', {}, 'the strategy "forgetful" has no replay'],
    ['failing', {}, 'the strategy failed: lost'],
    ['lost', {}, 'the strategy gave no valid answer this time'],
    ['forgetful', { kind: 'defaulted', reason: 'it failed' }, 'the strategy gave no valid answer: it failed'],
  ] as const)('is impossible with %s %j', async (strategy, given, finding) => {
    const { log, choices } = open([], [new Forgetful(), new Failing(), new Lost()]);
    log.record(decisionOf('t', { strategy, ...given }));
    expect(await choices.replay('t.1')).toMatchObject({ status: 'impossible', findings: [finding] });
  });

  it('knows no choice that is not recorded', async () => {
    const { choices } = open([]);
    for (const id of ['t.1', 't', '', '.1', 't.x']) {
      await expect(choices.replay(id)).rejects.toMatchObject({ code: 'CHOICE_UNKNOWN', kind: 'not-found' });
    }
  });

  it('records that a strategy misbehaved', async () => {
    const { run, last } = open([agent('a')], [new Broken()]);
    await run({ strategy: 'broken' });
    expect(await last()).toMatchObject({ kind: 'defaulted', reason: expect.stringContaining('no data') });
  });
});

describe('why not', () => {
  async function ask(wanted: string, strategy = 'least-loaded') {
    const { run, last, choices, built } = open([
      agent('a'),
      agent('b'),
      agent('off', { status: 'inactive' }),
      agent('full', { maxConcurrentTasks: 1 }),
    ]);
    built[1]!.release.occupySlot();
    built[3]!.release.occupySlot();
    await run({ strategy });
    return choices.whyNot(choiceIdOf(await last()), wanted);
  }

  it('tells by how much an agent was outscored, and what would have been enough', async () => {
    expect(await ask('b')).toEqual({
      agent: 'b',
      version: '1.0.0',
      verdict: 'outscored',
      reason: 'a@1.0.0 scored 1, it scored 0.75',
      score: 0.75,
      chosenScore: 1,
      margin: 0.25,
      propensity: undefined,
      changes: [],
    });
  });

  it('tells which number alone would have made it the chosen one, and how far it was off', async () => {
    const { log, choices } = open([]);
    const candidates = [
      { agent: 'a', version: '1.0.0', inFlight: 2, maxConcurrentTasks: 4, score: 0.5 },
      { agent: 'b', version: '1.0.0', inFlight: 3, maxConcurrentTasks: 4, score: 0.25 },
    ];
    log.record(decisionOf('t', { strategy: 'by-load', candidates, evidence: [9, 5], propensity: 1 }));
    expect((await choices.whyNot('t.1', 'b')).changes).toEqual([{ what: 'inFlight', from: 3, to: 2 }]);
    const equals = candidates.map((candidate) => ({ ...candidate, inFlight: 1, score: 0.75 }));
    log.record(decisionOf('u', { strategy: 'by-load', candidates: equals, evidence: [10, 500] }));
    expect(await choices.whyNot('u.1', 'b@1.0.0')).toMatchObject({
      verdict: 'passed-over',
      reason: 'a@1.0.0 was taken: 0 of 4 slots in use',
      changes: [
        { what: 'inFlight', from: 1, to: 0 },
        { what: 'lastTurn', from: 500, to: 9 },
      ],
    });
  });

  it.each([
    ['a', { verdict: 'chosen', reason: '0 of 4 slots in use' }],
    ['off', { verdict: 'excluded', code: 'status', reason: 'is inactive', remedy: 'make it active' }],
    ['full@1.0.0', { verdict: 'excluded', code: 'capacity', remedy: expect.stringContaining('a free slot') }],
    ['nobody', { verdict: 'absent', remedy: expect.stringContaining('register it') }],
    ['a@9.9.9', { verdict: 'absent' }],
  ])('explains %s', async (wanted, answer) => {
    expect(await ask(wanted)).toMatchObject(answer);
  });

  it('leaves what it cannot know open', async () => {
    const { log, choices } = open([], [new Forgetful()]);
    log.record(
      decisionOf('t', {
        strategy: 'forgetful',
        excluded: [{ agent: 'x', version: '1.0.0', code: 'new', reason: 'is new' }],
      }),
    );
    expect(await choices.whyNot('t.1', 'b')).toMatchObject({ verdict: 'outscored', changes: [] });
    expect(await choices.whyNot('t.1', 'x')).toMatchObject({ remedy: 'see the reason' });
  });
});
