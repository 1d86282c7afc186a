/** Every status a release can have. */
export const AGENT_STATUSES = ['active', 'inactive', 'maintenance', 'failed'] as const;

/**
 * The condition of a release: `active` takes tasks now, `inactive` is deliberately off, `maintenance` is planned and will be
 * back, `failed` is broken. Only an active release is given work.
 * @publicApi
 */
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** The parts of Cadre that change a status by themselves; people do so as `user:<id>`. */
export const AUTOMATIC_TRIGGERS = ['system', 'health-monitor', 'performance-review', 'rollout'] as const;

/**
 * Who asked for a change of status.
 * @publicApi
 */
export type Trigger = (typeof AUTOMATIC_TRIGGERS)[number] | `user:${string}`;

/**
 * Why a status changes and who wants it.
 * @publicApi
 */
export interface StatusCause {
  /** For people; 1 to {@link MAX_REASON_LENGTH} characters that are not all blank. */
  readonly reason: string;
  /** The id after `user:` is not blank; 1 to {@link MAX_TRIGGER_LENGTH} characters in all. */
  readonly triggeredBy: Trigger;
  /** Ties the entry to a request or run, 1 to {@link MAX_CORRELATION_ID_LENGTH} characters; default: the id of the entry itself. */
  readonly correlationId?: string;
}

export const MAX_REASON_LENGTH = 500;
export const MAX_TRIGGER_LENGTH = 200;
export const MAX_CORRELATION_ID_LENGTH = 200;

/** What every entry of a status history says. */
interface EntryFacts {
  readonly id: string;
  /** The release, as `name@version`. */
  readonly release: string;
  /** Epoch milliseconds by the wall clock; the order of the history is that of appending, which a clock set back does not follow. */
  readonly at: number;
  readonly reason: string;
  readonly triggeredBy: Trigger;
  readonly correlationId: string;
}

/** The release got a status. */
export interface StatusChangedEntry extends EntryFacts {
  readonly kind: 'changed';
  /** `null` for the entry that opens the history; the last status when a closed release is registered again. */
  readonly from: AgentStatus | null;
  readonly to: AgentStatus;
}

/** A change that the rules forbid was asked for; the status stayed `from`. */
export interface StatusRefusedEntry extends EntryFacts {
  readonly kind: 'refused';
  readonly from: AgentStatus;
  readonly to: AgentStatus;
  readonly allowed: readonly AgentStatus[];
}

/** The release was unregistered; until it is registered again it has no status. */
export interface StatusClosedEntry extends EntryFacts {
  readonly kind: 'closed';
  readonly from: AgentStatus;
}

/**
 * One line of a release's status history; never changed once written.
 * @publicApi
 */
export type StatusEntry = StatusChangedEntry | StatusRefusedEntry | StatusClosedEntry;

/** The entries after which the release's condition is another one: what uptime is computed from. */
export type StatusTransition = StatusChangedEntry | StatusClosedEntry;

export const STATUS_ENTRY_KINDS = ['changed', 'refused', 'closed'] as const;
export type StatusEntryKind = StatusEntry['kind'];

/**
 * The present status of a registered release. The same object lives as long as the registration and is brought up to date
 * in place: who holds it reads the truth as a plain property.
 * @publicApi
 */
export interface LiveStatus {
  readonly release: string;
  readonly status: AgentStatus;
  /** Epoch milliseconds of the entry that gave this status. */
  readonly since: number;
  /** Who gave it. */
  readonly triggeredBy: Trigger;
}
