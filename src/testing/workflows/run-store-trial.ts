import type { ClaimedRun, Lease, NewRun, RunNudge, RunStore } from '../../workflows/index.js';
import { leaseOf, newRun } from '../builders/run-builder.js';

/** A store to be tried, and the hand on its time. */
export interface RunStoreOnTrial {
  /** Empty, and not open yet. */
  readonly store: RunStore;
  /** What the store takes for the present instant. */
  now(): number;
  /** Lets time pass for what is delayed and for claims, which end after 10 to 30 seconds without a touch. */
  pass(ms: number): Promise<void>;
}

export const RUN_LOST = { code: 'RUN_LOST' };

/** Opens stores for the tests of one suite and closes them behind each. */
export interface RunStoreTrials {
  readonly create: () => Promise<RunStoreOnTrial>;
  /** As {@link create}, and open. */
  readonly openTrial: () => Promise<RunStoreOnTrial>;
  readonly open: () => Promise<RunStore>;
}

/** Call it in a describe block: it cleans up behind each test of it. */
export function runStoreTrials(createTrial: () => Promise<RunStoreOnTrial>): RunStoreTrials {
  const created: RunStore[] = [];
  afterEach(async () => {
    for (const store of created.splice(0)) await store.close();
  });
  const create = async (): Promise<RunStoreOnTrial> => {
    const trial = await createTrial();
    created.push(trial.store);
    return trial;
  };
  const openTrial = async (): Promise<RunStoreOnTrial> => {
    const trial = await create();
    await trial.store.open();
    return trial;
  };
  return { create, openTrial, open: async () => (await openTrial()).store };
}

export async function createRun(store: RunStore, given?: Partial<NewRun>): Promise<string> {
  return (await store.create(newRun(given))).run.runId;
}

/** The one run that is handed out to a taker of one. */
export async function claimOne(store: RunStore): Promise<ClaimedRun> {
  const [claimed, ...others] = await store.claim(1);
  expect(others).toEqual([]);
  expect(claimed).toBeDefined();
  return claimed!;
}

/** A new run that is claimed: the lease of the claim. */
export async function beginRun(store: RunStore, given?: Partial<NewRun>): Promise<Lease> {
  const runId = await createRun(store, given);
  const lease = leaseOf(await claimOne(store));
  expect(lease.runId).toBe(runId);
  return lease;
}

/** The keys of the records of a run; for those without one, their type. */
export async function keysIn(store: RunStore, runId: string): Promise<string[]> {
  const placed = await store.records(runId, { limit: 1_000 });
  return placed.map(({ record }) => ('key' in record ? record.key : record.type));
}

/** What a store says from now on. */
export function hear(store: RunStore): RunNudge[] {
  const heard: RunNudge[] = [];
  store.onNudge((nudge) => heard.push(nudge));
  return heard;
}

/** Resolves when the store says just this. */
export function heardOf(store: RunStore, nudge: RunNudge): Promise<void> {
  return new Promise((resolve) => {
    const cancel = store.onNudge((heard) => {
      if (JSON.stringify(heard) !== JSON.stringify(nudge)) return;
      cancel();
      resolve();
    });
  });
}
