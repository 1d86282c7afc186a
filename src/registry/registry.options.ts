import { RegistryOptionError } from './registry.errors.js';

/** How the registry treats what it is given; see {@link REGISTRY_DEFAULTS}. */
export interface RegistryOptions {
  /** Two agents define one capability name differently: `reject` (default) refuses the later one, `warn` lets both serve. */
  readonly contractConflicts?: 'reject' | 'warn';
  /** The health check at registration fails: `register-as-failed` (default), or `refuse` the agent. */
  readonly unhealthyAtRegistration?: 'register-as-failed' | 'refuse';
  /** Milliseconds that `unregister` waits for tasks under way, 0 to 3 600 000; default 30 000. */
  readonly drainTimeoutMs?: number;
}

export type ResolvedRegistryOptions = Required<RegistryOptions>;

export const REGISTRY_DEFAULTS: ResolvedRegistryOptions = {
  contractConflicts: 'reject',
  unhealthyAtRegistration: 'register-as-failed',
  drainTimeoutMs: 30_000,
};

/** @throws REGISTRY_OPTION_INVALID naming the field, its value and what it may be */
export function resolveRegistryOptions(options: RegistryOptions = {}): ResolvedRegistryOptions {
  const resolved = { ...REGISTRY_DEFAULTS, ...options };
  oneOf('contractConflicts', resolved.contractConflicts, ['reject', 'warn']);
  oneOf('unhealthyAtRegistration', resolved.unhealthyAtRegistration, ['register-as-failed', 'refuse']);
  const { drainTimeoutMs } = resolved;
  if (!(drainTimeoutMs >= 0 && drainTimeoutMs <= 3_600_000)) {
    throw new RegistryOptionError(
      'drainTimeoutMs',
      drainTimeoutMs,
      'a number of milliseconds from 0 to 3 600 000',
    );
  }
  return resolved;
}

function oneOf(field: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new RegistryOptionError(field, value, `one of ${allowed.join(', ')}`);
}
