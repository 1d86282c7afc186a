import { isCapability, isDataType, type DataType } from '../../agents/index.js';
import type { DurationText, StepFrame, SubstituteDefinition } from '../../orchestration/index.js';
import { BuilderError } from './builder.errors.js';
import type { Target } from './builder.types.js';
import { pathRef } from './ref.js';
import { render, renderCondition } from './render.js';

/** The options of any step with their types taken off: what is written into the definition as it is, and what is wired. */
export interface LooseOptions extends Omit<StepFrame, 'id' | 'when' | 'repeat' | 'compensate' | 'onError'> {
  readonly when?: unknown;
  readonly onError?: 'fail' | 'continue';
  readonly repeat?: Omit<NonNullable<StepFrame['repeat']>, 'until'> & { readonly until: unknown };
  readonly compensate?: LooseSubstitute;
  readonly fallback?: LooseSubstitute;
  readonly [option: string]: unknown;
}

interface LooseSubstitute {
  readonly use: Target;
  readonly input?: unknown;
}

/** Options of an approval. */
export interface ApprovalOptions {
  /** How long the person has; default: no limit but the run's own. */
  readonly timeout?: DurationText;
  /** What a timeout means; default `fail`. */
  readonly onTimeout?: 'fail' | 'approve' | 'reject';
  /** What a rejection means; default `fail`. With `continue` the output says `approved: false`. */
  readonly onReject?: 'fail' | 'continue';
}

/** Options of a wait for a signal. */
export interface SignalOptions<D extends DataType = DataType, OnTimeout = 'fail' | 'continue'> {
  /** Default: the id of the step. */
  readonly name?: string;
  /** Data type of what comes with it; another is refused where it is sent. */
  readonly type?: D;
  /** How long it is waited for; default: no limit but the run's own. */
  readonly timeout?: DurationText;
  /** What a timeout means; default `fail`. With `continue` the output is null. */
  readonly onTimeout?: OnTimeout;
}

const ROUTING = [
  'agent',
  'inputType',
  'strategy',
  'priority',
  'criticality',
  'region',
  'residency',
  'preferredRegions',
  'tags',
  'whenUnavailable',
  'queueTimeout',
] as const;

/** The frame of a step, without what its action says itself. */
export function writeFrame(id: string, options: LooseOptions = {}, scope: object): StepFrame {
  const { description, after, when, optional, repeat, retry, compensate } = options;
  const output = pathRef('output');
  return defined({
    id,
    description,
    after,
    when: when === undefined ? undefined : renderCondition(wire(when, scope), `the condition of "${id}"`),
    optional,
    repeat: repeat && {
      ...repeat,
      until: renderCondition(
        wire(repeat.until, { ...scope, output, iteration: pathRef('iteration') }),
        `the condition until which "${id}" repeats`,
      ),
    },
    retry,
    timeout: options.timeout,
    onError: writeOnError(id, options, scope),
    compensate:
      compensate && writeSubstitute(compensate, { ...scope, output }, `the input of the undo of "${id}"`),
  });
}

/** The part of a step that says what it does: a task or a nested workflow. */
export function writeAction(
  id: string,
  target: Target,
  { input, scope }: { readonly input: unknown; readonly scope: object },
  options: LooseOptions = {},
): Record<string, unknown> {
  const seen = { ...scope, iteration: pathRef('iteration'), previous: pathRef('previous') };
  return defined({
    ...writeTarget(target),
    input: render(wire(input, seen), `the input of "${id}"`),
    ...defined(Object.fromEntries(ROUTING.map((option) => [option, options[option]]))),
  });
}

/** A wait for a person. */
export function writeApproval(
  message: unknown,
  scope: object,
  options: ApprovalOptions = {},
): Record<string, unknown> {
  const { timeout, onTimeout, onReject } = options;
  return {
    approval: defined({
      message: render(wire(message, scope), 'the message of an approval'),
      timeout,
      onTimeout,
      onReject,
    }),
  };
}

/** A wait for a named event. */
export function writeSignal(id: string, options: SignalOptions = {}): Record<string, unknown> {
  const { name = id, type, timeout, onTimeout } = options;
  if (type !== undefined && !isDataType(type)) {
    throw new BuilderError(`the type of the signal "${name}" is no data type, made by dataType()`);
  }
  return { signal: defined({ name, type: type?.name, timeout, onTimeout }) };
}

/** A wait for a time. */
export function writeSleep(time: unknown, scope: object): Record<string, unknown> {
  if (typeof time === 'string') return { sleep: time };
  if (typeof time === 'function') return { sleep: render(wire(time, scope), 'the time of a sleep') };
  const { until } = (time ?? {}) as { readonly until?: unknown };
  return { sleep: { until: render(wire(until, scope), 'the instant of a sleep') } };
}

function writeOnError(id: string, options: LooseOptions, scope: object): StepFrame['onError'] {
  const { onError, fallback } = options;
  if (fallback === undefined) return onError;
  if (onError !== undefined) {
    throw new BuilderError(
      `"${id}" has both onError and fallback; a fallback says already what an error means`,
    );
  }
  const seen = { ...scope, error: pathRef('error') };
  return { fallback: writeSubstitute(fallback, seen, `the input of the fallback of "${id}"`) };
}

function writeSubstitute({ use, input }: LooseSubstitute, scope: object, what: string): SubstituteDefinition {
  const wired = input === undefined ? {} : { input: render(wire(input, scope), what) };
  return { ...writeTarget(use), ...wired };
}

/** Which agents or which workflow a target means, as a step writes it. */
function writeTarget(target: Target): { capability: string } | { agent: string } | { workflow: string } {
  if (typeof target === 'string') return { capability: target };
  if (isCapability(target)) return { capability: target.name };
  if (typeof target !== 'object' || target === null) {
    throw new BuilderError(`${String(target)} does nothing; pass a capability, an agent or a workflow`);
  }
  if ('steps' in target) return { workflow: `${target.name}@^${target.version ?? '1.0.0'}` };
  return 'workflow' in target ? { workflow: target.workflow } : { agent: target.agent };
}

/** What a wiring function gives, or the value that stands in its place. */
function wire(wiring: unknown, scope: object): unknown {
  return typeof wiring === 'function' ? (wiring as (scope: object) => unknown)(scope) : wiring;
}

/** Without the members that are undefined, which JSON does not have. */
function defined<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
