export {
  StatusHistoryStore,
  type StatusHistoryPage,
  type StatusHistoryQuery,
} from './status-history.store.js';
export {
  IllegalStatusTransitionError,
  InvalidStatusInputError,
  UnknownStatusError,
} from './status.errors.js';
export { StatusChanged, StatusClosedElsewhere, StatusRefused } from './status.events.js';
export { DEFAULT_STATUS_TRANSITIONS, StatusRules, type TransitionTable } from './status.machine.js';
export { StatusModule } from './status.module.js';
export { StatusService, type StatusHistoryOptions } from './status.service.js';
export {
  AGENT_STATUSES,
  MAX_REASON_LENGTH,
  STATUS_ENTRY_KINDS,
  type AgentStatus,
  type LiveStatus,
  type StatusCause,
  type StatusChangedEntry,
  type StatusClosedEntry,
  type StatusEntry,
  type StatusEntryKind,
  type StatusRefusedEntry,
  type StatusTransition,
  type Trigger,
} from './status.types.js';
export { computeUptime, type Uptime, type UptimeWindow } from './uptime.js';
