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
  Violation,
} from './agent.types.js';
import { isDataType } from './contracts/data-type.js';
import { isName, NAME_RULE } from './contracts/names.js';

/** What a manifest gets where its author is silent. */
export const AGENT_DEFAULTS = {
  version: '1.0.0',
  maxConcurrentTasks: 1,
  healthCheckTimeoutMs: 5_000,
} as const;

const MAX_CONCURRENT_TASKS = 10_000;
const MAX_HEALTH_CHECK_MS = 60_000;
const MAX_TIMEOUT_MS = 86_400_000;

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
  if (semver.valid(version) !== version) {
    report(
      'AGENT_VERSION_INVALID',
      `its version "${version}" is no semantic version; write one such as "2.1.0"`,
    );
  }
  checkNumber(report, 'maxConcurrentTasks', input.maxConcurrentTasks, 1, MAX_CONCURRENT_TASKS, true);
  checkNumber(report, 'costPerTaskUsd', input.costPerTaskUsd, 0, Number.MAX_VALUE, false);
  checkNumber(report, 'healthCheckTimeoutMs', input.healthCheckTimeoutMs, 1, MAX_HEALTH_CHECK_MS, true);
  checkTexts(report, 'tags', input.tags);
  checkTexts(report, 'dependencies', input.dependencies);
  if (input.region !== undefined && (typeof input.region !== 'string' || input.region.trim() === '')) {
    report('AGENT_OPTION_INVALID', 'region must be a text that is not empty');
  }
  const capabilities = resolveCapabilities(input.capabilities ?? [], owner, report);
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
    }),
  };
}

type Report = (code: string, message: string) => void;

function resolveCapabilities(
  inputs: readonly ProvidedCapabilityInput[],
  owner: object,
  report: Report,
): ProvidedCapability[] {
  const provided = new Map<string, ProvidedCapability>();
  for (const input of inputs) {
    const entry = typeof input === 'object' && !isCapability(input) ? input : { capability: input };
    const capability = resolveCapability(entry.capability, report);
    if (capability === undefined) continue;
    if (provided.has(capability.name)) {
      report('CAPABILITY_PROVIDED_TWICE', `it provides "${capability.name}" by two methods; keep one`);
      continue;
    }
    const {
      method = 'execute',
      timeoutMs,
      requiredContext = [],
    } = entry as Exclude<typeof entry, { capability: string }> & {
      method?: string;
    };
    checkHandler(capability, owner, method, report);
    const label = `timeoutMs of "${capability.name}"`;
    checkNumber(report, label, timeoutMs, 1, MAX_TIMEOUT_MS, true);
    const problem = findEstimateProblem(entry);
    if (problem !== undefined) report('AGENT_OPTION_INVALID', `of "${capability.name}", ${problem}`);
    if (!requiredContext.every(isDataType)) {
      report(
        'AGENT_OPTION_INVALID',
        `requiredContext of "${capability.name}" lists something that is no data type`,
      );
    }
    provided.set(
      capability.name,
      Object.freeze({
        capability,
        method,
        timeoutMs,
        requiredContext: Object.freeze([...capability.requiredContext, ...requiredContext]),
        estimatedDurationMs: entry.estimatedDurationMs ?? capability.estimatedDurationMs,
        estimatedCostUsd: entry.estimatedCostUsd ?? capability.estimatedCostUsd,
        estimatedSuccessRatio: entry.estimatedSuccessRatio ?? capability.estimatedSuccessRatio,
      }),
    );
  }
  return [...provided.values()];
}

function resolveCapability(value: Capability | string, report: Report): Capability | undefined {
  if (isCapability(value)) return value;
  if (isName(value)) return openCapability(value) as unknown as Capability;
  report(
    'CAPABILITY_INVALID',
    `it lists ${JSON.stringify(value) ?? String(value)} as a capability, whose name ${NAME_RULE}`,
  );
  return undefined;
}

function checkHandler(capability: Capability, owner: object, method: string, report: Report): void {
  const handler: unknown = (owner as Record<string, unknown>)[method];
  if (typeof handler !== 'function') {
    report(
      'HANDLER_MISSING',
      `it lists "${capability.name}" but has no method ${method}(); add it, or mark another method with @Provides`,
    );
  } else if (handler.length > 2) {
    report(
      'HANDLER_MISFIT',
      `${method}() for "${capability.name}" takes ${handler.length} parameters; it gets (input, task)`,
    );
  }
}

function checkNumber(
  report: Report,
  field: string,
  value: number | undefined,
  least: number,
  most: number,
  whole: boolean,
): void {
  if (value === undefined) return;
  const fits =
    typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
  if (fits) return;
  const range = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`;
  report(
    'AGENT_OPTION_INVALID',
    `${field} is ${String(value)}; it must be a ${whole ? 'whole ' : ''}number ${range}`,
  );
}

function checkTexts(report: Report, field: string, value: readonly string[] | undefined): void {
  if (value === undefined) return;
  const fits = Array.isArray(value) && value.every((text) => typeof text === 'string' && text.trim() !== '');
  if (!fits) report('AGENT_OPTION_INVALID', `${field} must be a list of texts that are not empty`);
}
