// The public surface of Cadre, grouped by role. The server and its REST API are behind the second door, `cadre/server`.

// Writing agents
export {
  Agent,
  allOf,
  anyOf,
  capability,
  dataType,
  Probe,
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
  type ProbeKind,
  type ProgressReport,
  type ProvidedCapability,
  type ProvidesOptions,
  type Recoverable,
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
  type CancelSignal,
  type EventType,
  type Json,
  type LogFields,
  type RetryOptions,
  type Schema,
} from './common/index.js';

// The module
export { CadreModule } from './cadre.module.js';
export type { CadreOptions } from './cadre.options.js';

// Routing work
export {
  OrchestrationService,
  TASK_DEFAULTS,
  TaskFailedError,
  type AttemptRecord,
  type FailedTask,
  type Run,
  type RunStatus,
  type RunStep,
  type SkippedTask,
  type SucceededTask,
  type TaskOptions,
  type TaskProgress,
  type TaskResult,
  type UnavailablePolicy,
  type WorkflowList,
} from './orchestration/index.js';
export { AttemptAbandoned, AttemptFinished, TaskFinished, TaskProgressed } from './orchestration/index.js';
export {
  ChoiceService,
  SelectionStrategy,
  StrategyFailed,
  type Candidate,
  type Choice,
  type Exclusion,
  type ObjectiveOptions,
  type RanksCandidates,
  type RecordedChoice,
  type Selection,
  type SelectionOptions,
  type NeededChange,
  type Replay,
  type SelectionRequest,
  type WhyNot,
} from './selection/index.js';

// Writing workflows
export {
  at,
  errorOf,
  expr,
  optional,
  orElse,
  present,
  statusOf,
  text,
  toMermaid,
  typed,
  Workflow,
  workflow,
  type DefinesWorkflow,
  type MermaidOptions,
  type Ref,
  type RefTo,
  type TypedDefinition,
  type Wired,
  type WiringScope,
  type WorkflowClassOptions,
  type WorkflowInput,
  type WorkflowOptions,
  type WorkflowOutput,
  type WorkflowStart,
} from './workflows/index.js';

// Limits and budgets
export {
  QuotaExceeded,
  Quotas,
  QuotasChanged,
  type Quota,
  type QuotaDefinition,
  type QuotaInfo,
  type QuotaLimit,
  type QuotaPeriod,
  type QuotaPolicy,
  type QuotaScope,
  type QuotaUsage,
} from './quotas/index.js';

// Health
export {
  BreakerChanged,
  EjectionChanged,
  HealthCheckService,
  RecoveryEnded,
  type AgentHealth,
  type BreakerOptions,
  type CheckOptions,
  type HealthOptions,
  type OutlierOptions,
  type RecoveryOptions,
} from './health/index.js';

// The registry
export {
  AgentDrainChanged,
  AgentRegistered,
  AgentRegistry,
  AgentUnregistered,
  ClusterChanged,
  HealthChanged,
  RegistrationError,
  RegistryModule,
  type AgentFilter,
  type AgentInfo,
  type CapabilityInfo,
  type HealthCheckOutcome,
  type HealthVerdict,
  type ProbeVerdict,
  type RegisterOptions,
  type UnregisterOptions,
  type RegistryOptions,
} from './registry/index.js';
export {
  DEFAULT_STATUS_TRANSITIONS,
  StatusChanged,
  StatusClosedElsewhere,
  StatusRefused,
  StatusService,
  type AgentStatus,
  type StatusEntry,
  type TransitionTable,
  type Uptime,
} from './status/index.js';
export { InvalidWorkflowError, type DefinitionProblem } from './workflows/index.js';

// Measured performance
export {
  PerformanceBook,
  PerformanceDrifted,
  PerformanceRecovered,
  PerformanceReviewed,
  PerformanceService,
  type AttemptObservation,
  type AttemptObserver,
  type AttemptVerdict,
  type Decision,
  type DecisionOptions,
  type DecisionPage,
  type DecisionQuery,
  type CapabilityReview,
  type ImprovementOptions,
  type MetricsOptions,
  type Performance,
  type PerformanceEstimate,
  type PerformanceReview,
  type ReviewFinding,
  type ReviewOptions,
  type ReviewVerdict,
  type Total,
  type TotalsQuery,
} from './metrics/index.js';

// Analytics
export {
  AnalyticsService,
  type CapacityQuery,
  type CapacityReport,
  type ChoosingPolicy,
  type Estimated,
  type Trend,
  type TrendMetric,
  type TrendQuery,
  type TrendReport,
  type WhatIfQuery,
  type WhatIfReport,
} from './metrics/index.js';
