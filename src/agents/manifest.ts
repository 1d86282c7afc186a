import semver from 'semver';
import {
  findEstimateProblem,
  isCapability,
  openCapability,
  type Capability,
} from './contracts/capability.js';
import type {
  AgentManifest,
  ManifestInput,
  ProvidedCapability,
  ProvidedCapabilityInput,
  ProvidesOptions,
  Violation,
} from './agent.types.js';
import { isDataType, type DataType } from './contracts/data-type.js';
import { isName, NAME_RULE } from './contracts/names.js';

/** What a manifest gets where its author is silent. */
export const AGENT_DEFAULTS = {
  version: '1.0.0',
  maxConcurrentTasks: 1,
  healthCheckTimeoutMs: 5_000,
} as const;

/** The method of a specialist. */
const DEFAULT_METHOD = 'execute';

interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly kind: 'whole' | 'finite';
}
const CONCURRENCY: NumberRange = { least: 1, most: 10_000, kind: 'whole' };
const COST_USD: NumberRange = { least: 0, most: Number.MAX_VALUE, kind: 'finite' };
const HEALTH_CHECK_MS: NumberRange = { least: 1, most: 60_000, kind: 'whole' };
const HEALTH_CHECK_INTERVAL_MS: NumberRange = { least: 1_000, most: 86_400_000, kind: 'whole' };
const THRESHOLD: NumberRange = { least: 1, most: 100, kind: 'whole' };
const TIMEOUT_MS: NumberRange = { least: 1, most: 86_400_000, kind: 'whole' };

/** The options that are numbers. */
const NUMBERS = [
  ['maxConcurrentTasks', CONCURRENCY],
  ['costPerTaskUsd', COST_USD],
  ['healthCheckTimeoutMs', HEALTH_CHECK_MS],
  ['healthCheckIntervalMs', HEALTH_CHECK_INTERVAL_MS],
  ['healthCheckFailureThreshold', THRESHOLD],
  ['healthCheckSuccessThreshold', THRESHOLD],
] as const;

/** The validated manifest, or every reason why there is none. */
export type ManifestResolution =
  | { readonly ok: true; readonly manifest: AgentManifest }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/**
 * Fills in a manifest's defaults and validates all of it; every violation is reported at once.
 *
 * @param owner the instance or prototype that must have the handlers
 */
export function resolveManifest(input: ManifestInput, owner: object): ManifestResolution {
  const version = input.version ?? AGENT_DEFAULTS.version;
  const subject = `${String(input.name)}@${version}`;
  const violations: Violation[] = [];
  const report = (code: string, message: string): void =>
    void violations.push({ code, agent: subject, message });

  if (!isName(input.name)) report('AGENT_NAME_INVALID', `its name ${NAME_RULE}`);
  checkVersion(report, version);
  for (const [field, range] of NUMBERS) checkNumber(report, field, input[field], range);
  checkTexts(report, 'tags', input.tags);
  checkTexts(report, 'dependencies', input.dependencies);
  if (input.region !== undefined && (typeof input.region !== 'string' || input.region.trim() === '')) {
    report('AGENT_OPTION_INVALID', 'region must be a text that is not empty');
  }
  const capabilities = resolveCapabilities(input.capabilities, owner, report);
  if (violations.length > 0) return { ok: false, violations };
  return {
    ok: true,
    manifest: Object.freeze({
      name: input.name as string,
      version,
      description: input.description,
      capabilities: Object.freeze(capabilities),
      maxConcurrentTasks: input.maxConcurrentTasks ?? AGENT_DEFAULTS.maxConcurrentTasks,
      costPerTaskUsd: input.costPerTaskUsd,
      region: input.region,
      tags: Object.freeze([...(input.tags ?? [])]),
      dependencies: Object.freeze([...(input.dependencies ?? [])]),
      healthCheckTimeoutMs: input.healthCheckTimeoutMs ?? AGENT_DEFAULTS.healthCheckTimeoutMs,
      healthCheckIntervalMs: input.healthCheckIntervalMs,
      healthCheckFailureThreshold: input.healthCheckFailureThreshold,
      healthCheckSuccessThreshold: input.healthCheckSuccessThreshold,
    }),
  };
}

type Report = (code: string, message: string) => void;

/** An entry in its long form; its members are what the author wrote, right or wrong. */
type Entry = { readonly capability: Capability | string; readonly method?: string } & ProvidesOptions;

function resolveCapabilities(
  inputs: readonly ProvidedCapabilityInput[] = [],
  owner: object,
  report: Report,
): ProvidedCapability[] {
  if (!Array.isArray(inputs)) {
    report('AGENT_OPTION_INVALID', 'capabilities must be a list');
    return [];
  }
  const provided = new Map<string, ProvidedCapability>();
  for (const input of inputs as readonly ProvidedCapabilityInput[]) {
    const entry = isEntry(input) ? input : { capability: input };
    const capability = resolveCapability(entry.capability, report);
    if (capability === undefined) continue;
    if (provided.has(capability.name)) {
      report('CAPABILITY_PROVIDED_TWICE', `it provides "${capability.name}" by two methods; keep one`);
      continue;
    }
    checkEntry(report, capability, entry, owner);
    provided.set(capability.name, toProvided(capability, entry, contextOf(report, capability, entry)));
  }
  return [...provided.values()];
}

function isEntry(input: ProvidedCapabilityInput): input is Entry {
  return typeof input === 'object' && input !== null && !isCapability(input);
}

function resolveCapability(value: Capability | string, report: Report): Capability | undefined {
  if (isCapability(value)) return value;
  if (isName(value)) return openCapability(value);
  const subject =
    typeof value === 'string' ? `"${(value as string).slice(0, 80)}"` : `a value of type ${typeof value}`;
  report('CAPABILITY_INVALID', `it lists ${subject} as a capability, whose name ${NAME_RULE}`);
  return undefined;
}

function checkEntry(report: Report, { name }: Capability, entry: Entry, owner: object): void {
  checkHandler(report, name, owner, entry.method ?? DEFAULT_METHOD);
  checkNumber(report, `timeoutMs of "${name}"`, entry.timeoutMs, TIMEOUT_MS);
  const problem = findEstimateProblem(entry);
  if (problem !== undefined) report('AGENT_OPTION_INVALID', `of "${name}", ${problem}`);
}

function contextOf(report: Report, capability: Capability, entry: Entry): DataType[] {
  const further: unknown = entry.requiredContext ?? [];
  if (Array.isArray(further) && further.every(isDataType)) {
    return [...new Set([...capability.requiredContext, ...further])];
  }
  report('AGENT_OPTION_INVALID', `requiredContext of "${capability.name}" must be a list of data types`);
  return [];
}

function toProvided(
  capability: Capability,
  entry: Entry,
  requiredContext: readonly DataType[],
): ProvidedCapability {
  return Object.freeze({
    capability,
    method: entry.method ?? DEFAULT_METHOD,
    timeoutMs: entry.timeoutMs,
    requiredContext: Object.freeze(requiredContext),
    estimatedDurationMs: entry.estimatedDurationMs ?? capability.estimatedDurationMs,
    estimatedCostUsd: entry.estimatedCostUsd ?? capability.estimatedCostUsd,
    estimatedSuccessRatio: entry.estimatedSuccessRatio ?? capability.estimatedSuccessRatio,
  });
}

function checkVersion(report: Report, version: string): void {
  const parsed = semver.parse(version);
  if (parsed === null || parsed.raw !== parsed.version) {
    const problem =
      parsed !== null && parsed.build.length > 0
        ? 'has build metadata, which gives releases no order; leave it out'
        : 'is no semantic version; write one such as "2.1.0"';
    report('AGENT_VERSION_INVALID', `its version "${version}" ${problem}`);
  }
}

function checkHandler(report: Report, capability: string, owner: object, method: string): void {
  const handler: unknown = isAccessor(owner, method) ? undefined : (owner as Record<string, unknown>)[method];
  if (typeof handler !== 'function') {
    report(
      'HANDLER_MISSING',
      `it lists "${capability}" but has no method ${method}(); add it, or mark another method with @Provides`,
    );
  } else if (handler.length > 2) {
    report(
      'HANDLER_MISFIT',
      `${method}() for "${capability}" takes ${handler.length} parameters; it gets (input, task)`,
    );
  }
}

/** A getter is never asked: run on a prototype, before an instance is ready, it may do anything. */
function isAccessor(owner: object, member: string): boolean {
  for (let holder: object | null = owner; holder; holder = Object.getPrototypeOf(holder) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, member);
    if (descriptor !== undefined) return descriptor.get !== undefined;
  }
  return false;
}

function checkNumber(report: Report, field: string, value: number | undefined, range: NumberRange): void {
  const { least, most, kind } = range;
  if (value === undefined) return;
  // Declared as a number; plain JavaScript may still bring a text that only compares like one.
  const isInRange = typeof value === 'number' && value >= least && value <= most;
  if (isInRange && (kind === 'finite' || Number.isInteger(value))) return;
  const bounds = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`;
  report('AGENT_OPTION_INVALID', `${field} is ${String(value)}; it must be a ${kind} number ${bounds}`);
}

function checkTexts(report: Report, field: string, value: readonly string[] | undefined): void {
  if (value === undefined) return;
  const fits = Array.isArray(value) && value.every((text) => typeof text === 'string' && text.trim() !== '');
  if (!fits) report('AGENT_OPTION_INVALID', `${field} must be a list of texts that are not empty`);
}
