import fc from 'fast-check';
import { CadreError, Clock, type Cancel } from '../../common/index.js';
import type { StepDefinition, WorkflowDefinition } from '../../orchestration/index.js';
import { MemoryRunStore } from '../../persistence/index.js';
import { buildRunEngine } from '../../testing/workflows/run-engine.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { Lease } from './run-record.types.js';
import type { RecordBatch, RunStore } from './run.store.js';

const HOUR_MS = 3_600_000;
const LEASE_MS = 10_000;

/** A store as a node sees it that dies after so many writes: the last of them arrives, and nothing is heard of it any more. */
function dyingAfter(
  store: RunStore,
  writes: number,
): { readonly store: RunStore; readonly isDead: () => boolean } {
  let left = writes;
  const isDead = (): boolean => left <= 0;
  const dying = new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== 'function') return member;
      if (name === 'append') {
        return async (lease: Lease, batch: RecordBatch): Promise<void> => {
          left -= 1;
          if (left >= 0) await target.append(lease, batch);
          if (isDead()) await new Promise(() => {});
        };
      }
      const isWork = ['claim', 'park', 'finish', 'release', 'touch', 'news'].includes(String(name));
      if (isWork)
        return (...args: unknown[]) =>
          isDead() ? new Promise(() => {}) : Reflect.apply(member, target, args);
      return member.bind(target) as unknown;
    },
  });
  return { store: dying, isDead };
}

/** The clock of a node: it stops with the node. */
class NodeClock extends Clock {
  constructor(
    private readonly clock: Clock,
    private readonly isDead: () => boolean,
  ) {
    super();
  }

  now(): number {
    return this.clock.now();
  }

  monotonicMs(): number {
    return this.clock.monotonicMs();
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    if (this.isDead()) return () => {};
    return this.clock.schedule(delayMs, () => {
      if (!this.isDead()) callback();
    });
  }
}

/** What agents do: a function of their input alone, so that every right execution comes to the same end. */
const answers = {
  add: ({ input }: { readonly input: unknown }) => JSON.stringify(input).length,
  list: () => [1, 2, 3],
  flaky: ({ input }: { readonly input: unknown }) => {
    if (JSON.stringify(input).length % 3 === 0) throw new Error('no');
    return input;
  },
};

const inner: WorkflowDefinition = {
  name: 'inner',
  steps: [
    { id: 'one', capability: 'add', input: '${ input }' },
    { id: 'two', capability: 'add', after: [], input: { x: 1 } },
    { id: 'nap', sleep: '2h' },
  ],
  output: ['${ steps.one.output }', '${ steps.two.output }'],
};

/** One step of any kind, that follows some of the steps before it and reads what they made. */
const stepOf = (index: number): fc.Arbitrary<StepDefinition> =>
  fc
    .record({
      kind: fc.constantFrom('task', 'task', 'optional', 'items', 'rounds', 'nested', 'sleep'),
      after: fc.uniqueArray(fc.nat({ max: Math.max(index - 1, 0) }), { maxLength: Math.min(index, 3) }),
    })
    .map(({ kind, after }): StepDefinition => {
      const ids = index === 0 ? [] : after.map((at) => `s${at}`);
      const input = ids.map((id) => `\${ steps.${id}.output }`);
      const frame = { id: `s${index}`, after: ids };
      if (kind === 'items')
        return {
          ...frame,
          capability: 'add',
          input: ['${ item }', input],
          forEach: { items: [1, 2, 3], concurrency: 2 },
        };
      if (kind === 'rounds')
        return {
          ...frame,
          capability: 'add',
          input: ['${ iteration }', input],
          repeat: { until: '${ iteration >= 2 }', max: 3, delay: '1h' },
        };
      if (kind === 'nested') return { ...frame, workflow: 'inner', input };
      if (kind === 'sleep') return { ...frame, sleep: '1h' };
      if (kind === 'optional') return { ...frame, capability: 'flaky', input, optional: true };
      return { ...frame, capability: 'add', input };
    });

const workflow: fc.Arbitrary<WorkflowDefinition> = fc
  .integer({ min: 1, max: 6 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => stepOf(index))))
  .map((steps) => ({ name: 'flow', steps, output: steps.map(({ id }) => `\${ steps.${id}.output }`) }));

/** Runs a workflow on nodes of which each but the last dies after so many writes. */
async function runOn(definition: WorkflowDefinition, lives: readonly number[]) {
  const clock = new VirtualClock();
  const store = new MemoryRunStore(clock, { leaseMs: LEASE_MS });
  await store.open();
  const first = buildRunEngine({ clock, store, answers, nested: { inner } });
  const { runId } = await first.service.start(definition, 7);
  const again: string[] = [];
  let deaths = 0;
  for (const life of [...lives, Infinity]) {
    const { store: seen, isDead } = dyingAfter(store, life);
    const before = new Set(await finishedKeys(store, runId));
    const own = new NodeClock(clock, isDead);
    const node = buildRunEngine({ clock: own, store: seen, answers, nested: { inner } });
    await node.place.host.open();
    for (let hours = 0; hours < 40 && !isDead() && !(await hasEnded(store, runId)); hours += 1) {
      await clock.advanceAsync(HOUR_MS);
    }
    again.push(...node.executor.calls.map(({ step }) => step?.stepId ?? '').filter((key) => before.has(key)));
    if (!isDead()) break;
    deaths += 1;
    await clock.advanceAsync(LEASE_MS + 1);
  }
  const run = await store.get(runId);
  return { run, again, deaths, keys: await finishedKeys(store, runId) };
}

async function hasEnded(store: RunStore, runId: string): Promise<boolean> {
  return (await store.finishedOf([runId])).length > 0;
}

async function finishedKeys(store: RunStore, runId: string): Promise<string[]> {
  const records = await store.records(runId, { limit: 10_000 });
  return records.flatMap(({ record }) => (record.type === 'step.finished' ? [record.key] : []));
}

/** A workflow in which one step fails twice before it works, run inside of another one until it does. */
const stubborn: WorkflowDefinition = {
  name: 'flow',
  steps: [{ id: 'in', workflow: 'part', retry: { attempts: 5, delay: '1s', jitter: false } }],
};
const part: WorkflowDefinition = {
  name: 'part',
  steps: [
    { id: 'one', capability: 'one' },
    { id: 'two', capability: 'two' },
  ],
};

describe('a run whose nodes die', () => {
  it('goes on with the tries of a nested workflow, wherever it was cut off', async () => {
    for (let writes = 1; writes <= 8; writes += 1) {
      const clock = new VirtualClock();
      const store = new MemoryRunStore(clock, { leaseMs: LEASE_MS });
      await store.open();
      let ones = 0;
      let twos = 0;
      const two = (): number => {
        twos += 1;
        if (twos > 2) return twos;
        throw new CadreError({ code: 'BUSY', kind: 'unavailable', message: 'busy' });
      };
      const own = { one: () => (ones += 1), two };
      const { store: seen, isDead } = dyingAfter(store, writes);
      const nodeClock = new NodeClock(clock, isDead);
      const dying = buildRunEngine({ clock: nodeClock, store: seen, answers: own, nested: { part } });
      await dying.place.host.open();
      const { runId } = await dying.service.start(stubborn, 0);
      await clock.advanceAsync(5_000 + LEASE_MS);
      const heir = buildRunEngine({ clock, store, answers: own, nested: { part } });
      await heir.place.host.open();
      await clock.advanceAsync(HOUR_MS);
      expect(await store.get(runId)).toMatchObject({ status: 'succeeded' });
      const keys = await finishedKeys(store, runId);
      expect(keys.filter((key) => key === 'in/one')).toHaveLength(1);
      expect(ones).toBe(1);
      expect(keys.at(-1)).toBe('in');
    }
  });

  it('comes to the same end as one that was left alone, and does nothing twice that is recorded', async () => {
    let deaths = 0;
    await fc.assert(
      fc.asyncProperty(
        workflow,
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
        async (definition, lives) => {
          const calm = await runOn(definition, []);
          const hard = await runOn(definition, lives);
          deaths += hard.deaths;
          expect(hard.run).toMatchObject({ status: calm.run?.status });
          expect(hard.run?.output).toEqual(calm.run?.output);
          expect(hard.again).toEqual([]);
          expect(new Set(hard.keys).size).toBe(hard.keys.length);
          expect(new Set(hard.keys)).toEqual(new Set(calm.keys));
        },
      ),
      { numRuns: 60 },
    );
    expect(deaths).toBeGreaterThan(20);
  });
});
