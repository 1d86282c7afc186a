import type { Parcel } from './nodes/agents.js';

/** What runs are made of, what they come to, and how that is known without running them. */
export interface Workload {
  readonly kind: string;
  readonly definition: object;
  readonly input: unknown;
  readonly status: 'succeeded' | 'failed';
  /** Of the output. */
  readonly value?: number;
  /** Of all results in the journal of an undisturbed run. */
  readonly keys: readonly string[];
  /** Keys of steps that are undone when the run does not end well. */
  readonly undoable?: readonly string[];
  /** Signals it waits for. */
  readonly signals?: readonly string[];
}

const parcel = (value: number): Parcel => ({ value, mark: 'start' });
const add = (id: string, more: object = {}) => ({ id, capability: 'add', ...more });
const undo = { compensate: { capability: 'add', input: '${ output }' } };

/** What a signal brings. */
export const SIGNAL: Parcel = { value: 100, mark: 'signal' };

const chain: Workload = {
  kind: 'chain',
  definition: { name: 'chain', steps: ['a', 'b', 'c', 'd', 'e'].map((id) => add(id)) },
  input: parcel(1),
  status: 'succeeded',
  value: 6,
  keys: ['a', 'b', 'c', 'd', 'e'],
};

const fan: Workload = {
  kind: 'fan',
  definition: {
    name: 'fan',
    steps: [
      add('each', { forEach: { items: '${ input }', concurrency: 3 }, input: '${ item }' }),
      add('beside', { after: [], input: '${ input[0] }' }),
      add('join', { after: ['each', 'beside'], input: '${ steps.each.output + [steps.beside.output] }' }),
    ],
  },
  input: [1, 2, 3, 4, 5, 6].map(parcel),
  status: 'succeeded',
  value: 30,
  keys: ['each[0]', 'each[1]', 'each[2]', 'each[3]', 'each[4]', 'each[5]', 'each', 'beside', 'join'],
};

const rounds: Workload = {
  kind: 'rounds',
  definition: {
    name: 'rounds',
    steps: [
      add('poll', { input: '${ input }', repeat: { until: '${ iteration >= 3 }', max: 5, delay: '300ms' } }),
      { id: 'again', capability: 'stumble', retry: { attempts: 3, delay: '50ms' } },
    ],
  },
  input: parcel(1),
  status: 'succeeded',
  value: 3,
  keys: ['poll#1', 'poll#2', 'poll#3', 'poll', 'again'],
};

const naps: Workload = {
  kind: 'naps',
  definition: {
    name: 'naps',
    steps: [
      add('a'),
      { id: 'nap', sleep: '700ms' },
      add('b', { input: '${ steps.a.output }' }),
      { id: 'doze', sleep: '300ms' },
      add('c', { input: '${ steps.b.output }' }),
    ],
  },
  input: parcel(1),
  status: 'succeeded',
  value: 4,
  keys: ['a', 'nap', 'b', 'doze', 'c'],
};

/** The signals come whenever they come: also before the steps that wait for them, and both at once. */
const asks: Workload = {
  kind: 'asks',
  definition: {
    name: 'asks',
    steps: [
      add('a'),
      { id: 'first', signal: 'go' },
      add('b'),
      { id: 'second', signal: { name: 'on', timeout: '1h' } },
      add('c', { input: '${ [steps.b.output, steps.second.output] }' }),
    ],
  },
  input: parcel(1),
  status: 'succeeded',
  value: 202,
  keys: ['a', 'first', 'b', 'second', 'c'],
  signals: ['go', 'on'],
};

const undone: Workload = {
  kind: 'undone',
  definition: {
    name: 'undone',
    steps: [add('a', undo), add('b', undo), { id: 'c', capability: 'refuse' }],
  },
  input: parcel(1),
  status: 'failed',
  keys: ['a', 'b', 'c', 'b~undo', 'a~undo'],
  undoable: ['a', 'b'],
};

const nested: Workload = {
  kind: 'nested',
  definition: {
    name: 'nested',
    steps: [add('a'), { id: 'inner', workflow: 'within' }, add('b')],
  },
  input: parcel(1),
  status: 'succeeded',
  value: 5,
  keys: ['a', 'inner/x', 'inner/y', 'inner', 'b'],
};

/** Stored before the first run: what {@link nested} runs. */
export const STORED = { name: 'within', steps: [add('x'), add('y')] };

/** One of each kind. */
export const WORKLOADS: readonly Workload[] = [chain, fan, rounds, naps, asks, undone, nested];

/** Ends well unless somebody ends it early, and is undone then. */
export const CANCELABLE: Workload = {
  kind: 'cancelable',
  definition: { name: 'cancelable', steps: [add('a', undo), add('b', undo)] },
  input: parcel(1),
  status: 'succeeded',
  value: 3,
  keys: ['a', 'b'],
  undoable: ['a', 'b'],
};

/** Sleeps and has limits of time, which are not reached. */
export const TIMED: Workload = {
  kind: 'timed',
  definition: {
    name: 'timed',
    timeout: '10m',
    steps: [
      add('a', { timeout: '5m' }),
      { id: 'nap', sleep: '2s' },
      add('b', { timeout: '5m', input: '${ steps.a.output }' }),
    ],
  },
  input: parcel(1),
  status: 'succeeded',
  value: 3,
  keys: ['a', 'nap', 'b'],
};
