// The public surface of Cadre, grouped by role. The server and its REST API are behind the second door, `cadre/server`.

// Writing agents
export {
  Agent,
  allOf,
  anyOf,
  capability,
  dataType,
  Provides,
  RunContext,
  Tool,
  type AgentManifest,
  type AgentOptions,
  type AllOf,
  type AnyOf,
  type CallerInput,
  type CallerOutput,
  type Capability,
  type CapabilityDefinition,
  type Contract,
  type DataType,
  type Estimates,
  type HandlerInput,
  type HandlerOutput,
  type HandlerResult,
  type HealthCheckable,
  type HealthReport,
  type ManifestInput,
  type ProgressReport,
  type ProvidedCapability,
  type ProvidesOptions,
  type SourceReport,
  type TaskContext,
  type ToolCall,
  type ToolContext,
  type ToolOptions,
  type TypedValue,
  type UsageReport,
} from './agents/index.js';

// Errors
export { CadreError, isCadreError, toFailure, type ErrorKind, type Failure } from './common/index.js';

// Time, chance, events and logs
export {
  Clock,
  EventBus,
  eventType,
  Logger,
  RandomSource,
  type EventType,
  type Json,
  type LogFields,
  type RetryOptions,
  type Schema,
} from './common/index.js';
