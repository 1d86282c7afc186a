import { RegistryOptionError } from './registry.errors.js';

/**
 * How the registry treats what it is given.
 * @publicApi
 */
export interface RegistryOptions {
  /** Two agents define one capability name differently: `reject` (default) refuses the later one, `warn` lets both serve. */
  readonly contractConflicts?: 'reject' | 'warn';
  /** The health check at registration fails: `register-as-failed` (default), or `refuse` the agent. */
  readonly unhealthyAtRegistration?: 'register-as-failed' | 'refuse';
  /** Milliseconds that `unregister` waits for tasks under way, 0 to 3 600 000; default 30 000. */
  readonly drainTimeoutMs?: number;
}

export type ResolvedRegistryOptions = Readonly<Required<RegistryOptions>>;

export const REGISTRY_DEFAULTS: ResolvedRegistryOptions = Object.freeze({
  contractConflicts: 'reject',
  unhealthyAtRegistration: 'register-as-failed',
  drainTimeoutMs: 30_000,
});

const MAX_DRAIN_TIMEOUT_MS = 3_600_000;

/**
 * Fills in the defaults; a member that is `undefined` counts as absent.
 * @throws REGISTRY_OPTION_INVALID naming the field, its value and what it may be
 */
export function resolveRegistryOptions(options: RegistryOptions = {}): ResolvedRegistryOptions {
  const {
    contractConflicts = REGISTRY_DEFAULTS.contractConflicts,
    unhealthyAtRegistration = REGISTRY_DEFAULTS.unhealthyAtRegistration,
    drainTimeoutMs = REGISTRY_DEFAULTS.drainTimeoutMs,
  } = options;
  checkOneOf('contractConflicts', contractConflicts, ['reject', 'warn']);
  checkOneOf('unhealthyAtRegistration', unhealthyAtRegistration, ['register-as-failed', 'refuse']);
  checkDrainTimeoutMs(drainTimeoutMs);
  return Object.freeze({ contractConflicts, unhealthyAtRegistration, drainTimeoutMs });
}

/** @throws REGISTRY_OPTION_INVALID */
export function checkDrainTimeoutMs(drainTimeoutMs: number): void {
  const fits =
    typeof drainTimeoutMs === 'number' && drainTimeoutMs >= 0 && drainTimeoutMs <= MAX_DRAIN_TIMEOUT_MS;
  if (fits) return;
  const allowed = `a number of milliseconds from 0 to ${MAX_DRAIN_TIMEOUT_MS}`;
  throw new RegistryOptionError('drainTimeoutMs', drainTimeoutMs, allowed);
}

function checkOneOf(field: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new RegistryOptionError(field, value, `one of ${allowed.join(', ')}`);
}
