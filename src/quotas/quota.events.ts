import { eventType } from '../common/index.js';
import type { ExceededQuota } from './quota.errors.js';
import type { QuotaPolicy } from './quota.types.js';

/** A quota kept an attempt from being begun: its task was refused, waits in line, or goes to another candidate. */
export const QuotaExceeded = eventType<
  ExceededQuota & {
    readonly onLimit: QuotaPolicy;
    readonly taskId: string;
    readonly capability: string;
    /** `name@version` of the candidate. */
    readonly agent: string;
    readonly tenant: string | undefined;
    readonly workflow: string | undefined;
  }
>('quota.exceeded');

/** The quotas in force have changed, here or on another node. */
export const QuotasChanged = eventType<{ readonly ids: readonly string[] }>('quota.changed');
