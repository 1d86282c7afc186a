import { EventBus } from '../common/index.js';
import {
  AgentRegistered,
  AgentUnregistered,
  Catalog,
  Neighbors,
  type AgentDependent,
  resolveRegistryOptions,
  type RegistryOptions,
} from '../registry/index.js';
import { StatusService, type StatusHistoryStore } from '../status/index.js';
import { PausableStatusHistoryStore } from './pausable-status-history.store.js';
import { RecordingLogger } from './recording-logger.js';
import { VirtualClock } from './virtual-clock.js';

/** What the parts of the registry stand on, with a clock that stands still and a history that can be held up. */
export function registryHarness(history: StatusHistoryStore, options?: RegistryOptions) {
  const clock = new VirtualClock();
  const events = new EventBus();
  const store = new PausableStatusHistoryStore(history);
  const status = new StatusService(clock, events, store);
  /** `+ name@version` for who came in, `- name@version` for who left. */
  const comings: string[] = [];
  events.subscribe(AgentRegistered, ({ release }) => void comings.push(`+ ${release.id}`));
  events.subscribe(AgentUnregistered, ({ release }) => void comings.push(`- ${release.id}`));
  const logger = new RecordingLogger();
  const catalog = new Catalog();
  const neighbors = new Neighbors();
  const needs: AgentDependent[] = [];
  const dependents = { all: () => needs };
  const resolved = resolveRegistryOptions(options);
  const others = { catalog, neighbors, dependents, needs, comings, options: resolved };
  return { clock, events, store, status, logger, ...others };
}

/** Lets promise chains that wait for nothing else come to their end. */
export const settle = (): Promise<void> => new VirtualClock().advanceAsync(0);

/** What the work rejects with; `undefined` when it resolves. */
export const rejectionOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
