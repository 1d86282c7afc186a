export {
  readAgentDeclaration,
  readProbes,
  type AgentDeclaration,
  type ProbeDeclaration,
} from './agent.accessor.js';
export { Agent } from './agent.decorator.js';
export * from './agent.errors.js';
export type * from './agent.types.js';
export * from './contracts/capability.js';
export * from './contracts/contract.js';
export * from './contracts/contract-compatibility.js';
export * from './contracts/data-type.js';
export * from './contracts/names.js';
export * from './contracts/type-sets.js';
export { AGENT_DEFAULTS, resolveManifest } from './manifest.js';
export { Probe } from './probe.decorator.js';
export { Provides } from './provides.decorator.js';
export { RunContext, type StepOutput } from './run-context.js';
export type * from './task-context.js';
export { readInjectedTools } from './tools/tool.accessor.js';
export type { ToolDefinition } from './tools/tool-runner.js';
export { isInsideTool, runAsAgent, type TaskScope } from './tools/task-scope.js';
export { readToolDefinition, Tool } from './tools/tool.decorator.js';
export * from './tools/tool.errors.js';
export type { ToolCall, ToolContext, ToolOptions, Uses } from './tools/tool.types.js';
