import { EventBus } from '../../common/index.js';
import {
  StatusChanged,
  StatusRefused,
  StatusService,
  type StatusCause,
  type StatusEntry,
  type StatusHistoryStore,
  type StatusRules,
} from '../../status/index.js';
import { PausableStatusHistoryStore } from '../pausable-status-history.store.js';
import { VirtualClock } from '../virtual-clock.js';

export const RELEASE = 'writer@1.0.0';
export const HOUR_MS = 3_600_000;
export const BOOT: StatusCause = { reason: 'registered', triggeredBy: 'system' };
export const ANN: StatusCause = { reason: 'planned work', triggeredBy: 'user:ann' };
export const MONITOR: StatusCause = { reason: 'check failed', triggeredBy: 'health-monitor' };

/** A service over a history that a test can hold up. */
export function statusOver(history: StatusHistoryStore, rules?: StatusRules) {
  const clock = new VirtualClock();
  const events = new EventBus((event, error) => {
    throw new TypeError(`a handler of ${event} failed`, { cause: error });
  });
  const store = new PausableStatusHistoryStore(history);
  const published: StatusEntry[] = [];
  events.subscribe(StatusChanged, (entry) => void published.push(entry));
  events.subscribe(StatusRefused, (entry) => void published.push(entry));
  /** The service as the next start of the process finds it: nothing in memory, the same history. */
  const restart = (): StatusService => new StatusService(clock, events, store, rules);
  const recorded = async (release = RELEASE): Promise<string[]> => {
    const { items } = await store.list({ release, limit: 100 });
    return items.toReversed().map(describeEntry);
  };
  return { clock, events, store, published, status: restart(), restart, recorded };
}

export function describeEntry(entry: StatusEntry): string {
  return `${entry.kind} ${entry.from ?? 'new'}${entry.kind === 'closed' ? '' : ` > ${entry.to}`}`;
}

/** Lets promise chains that wait for nothing else come to their end. */
export const settle = (): Promise<void> => new VirtualClock().advanceAsync(0);
