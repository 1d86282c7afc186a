import type { QuotaLimit, QuotaPeriod } from '../quota.types.js';

/** The limits of an account, as the arithmetic wants them. Absent ones do not limit. */
export interface AccountLimits {
  /** Milliseconds between two attempts at the rate that is allowed in the long run. */
  readonly intervalMs?: number;
  /** Milliseconds by which an attempt may come too early: what a burst takes out of the intervals to come. */
  readonly toleranceMs?: number;
  readonly maxRunning?: number;
  readonly maxTokens?: number;
  readonly maxCostUsd?: number;
  readonly period?: QuotaPeriod;
}

/** What an attempt wants of one account. */
export interface QuotaDemand {
  readonly key: string;
  readonly quota: string;
  readonly limits: AccountLimits;
}

/** What an attempt wants: all accounts grant it, or none is touched. */
export interface QuotaRequest {
  /** Asked in this order; the first that refuses is named. No account twice. */
  readonly demands: readonly QuotaDemand[];
  readonly estimate: QuotaUse;
}

/** Tokens and US dollars: expected, or used. */
export interface QuotaUse {
  readonly tokens: number;
  readonly costUsd: number;
}

/** The right to one attempt. It belongs to the periods in which it was granted. */
export interface QuotaGrant {
  readonly isGranted: true;
  /** For each demand the begin of its period, in milliseconds since the epoch; 0 without one. */
  readonly periods: readonly number[];
}

export interface QuotaRefusal {
  readonly isGranted: false;
  /** The position of the demand whose account refuses. */
  readonly demand: number;
  readonly limit: QuotaLimit;
  /** Milliseconds after which it is worth asking again; `undefined` when nobody can know, or it never will be. */
  readonly retryAfterMs: number | undefined;
}

export type QuotaAnswer = QuotaGrant | QuotaRefusal;
