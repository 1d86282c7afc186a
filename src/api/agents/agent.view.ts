import type { HealthReport, ProvidedCapability } from '../../agents/index.js';
import { findNonJson } from '../../common/index.js';
import type { AgentHealth } from '../../health/index.js';
import type { AgentInfo, HealthVerdict } from '../../registry/index.js';
import type { StatusEntry, Uptime } from '../../status/index.js';
import { toInstant } from '../instants.js';

/** A release as REST answers it; schemas are told under its capabilities' own addresses. */
export function toAgentView(agent: AgentInfo, { circuits, ejections, recovery }: AgentHealth) {
  const { manifest, health, statusSince, ...rest } = agent;
  const { description, capabilities, costPerTaskUsd, region, tags, dependencies } = manifest;
  return {
    ...rest,
    statusSince: toInstant(statusSince),
    description,
    capabilities: capabilities.map(toProvidedView),
    costPerTaskUsd,
    region,
    tags,
    dependencies,
    health: health && toHealthView(health),
    circuits,
    ejections,
    recovery,
  };
}

/** An entry of a status history as REST answers it. */
export function toStatusEntryView(entry: StatusEntry) {
  return { ...entry, at: toInstant(entry.at) };
}

/** Uptime as REST answers it. */
export function toUptimeView(id: string, uptime: Uptime) {
  return {
    id,
    ...uptime,
    windowStartAt: toInstant(uptime.windowStartAt),
    windowEndAt: toInstant(uptime.windowEndAt),
  };
}

/** What the agent said is its own: details that JSON cannot carry must not spoil the list that it is in. */
function toHealthView({ probes, checkedAt, durationMs, ...report }: HealthVerdict) {
  const probeViews = probes?.map(({ name, kind, durationMs: probeMs, ...found }) => ({
    name,
    kind,
    ...toReportView(found),
    durationMs: probeMs,
  }));
  return { ...toReportView(report), probes: probeViews, checkedAt: toInstant(checkedAt), durationMs };
}

function toReportView({ healthy, message, details }: HealthReport) {
  const isText = typeof message === 'string';
  const isFacts = typeof details === 'object' && details !== null && findNonJson(details) === undefined;
  return { healthy, message: isText ? message : undefined, details: isFacts ? details : undefined };
}

function toProvidedView({ capability, requiredContext, ...provided }: ProvidedCapability) {
  const { timeoutMs, estimatedDurationMs, estimatedCostUsd, estimatedSuccessRatio } = provided;
  return {
    name: capability.name,
    description: capability.description,
    inputTypes: [...capability.contract.inputs.values()].map(({ name }) => name),
    outputTypes: capability.contract.outputs.map(({ name }) => name),
    requiredContext: requiredContext.map(({ name }) => name),
    timeoutMs,
    estimatedDurationMs,
    estimatedCostUsd,
    estimatedSuccessRatio,
  };
}
