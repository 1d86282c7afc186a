import 'reflect-metadata';
import { RETRY_BOUNDS, RETRY_DEFAULTS, type Schema } from '../../common/index.js';
import { InvalidDefinitionError } from '../agent.errors.js';
import { isName, nameOfClass, NAME_RULE } from '../contracts/names.js';
import { runTool, type ToolDefinition, type UseMethod } from './tool-runner.js';
import type { ToolOptions, Uses } from './tool.types.js';

const TOOL_METADATA = Symbol.for('cadre.metadata.tool');

type ToolClass<I extends Schema, O extends Schema> = new (...args: never[]) => Uses<I, O>;

/**
 * Marks a class as a tool: a small typed function that agents use, `use(input)`. Inject it where it is needed.
 *
 * Each use is validated, limited, retried, timed and recorded with the attempt it works for; the agent does nothing for
 * that. A tool may use other tools, never agents.
 *
 * @throws DEFINITION_INVALID when an option is wrong or the class has no `use`
 * @publicApi
 */
export function Tool<I extends Schema, O extends Schema>(
  options: ToolOptions<I, O> = {},
): <T extends ToolClass<I, O>>(target: T) => void {
  return (target) => {
    const definition = resolveTool(target, options);
    const prototype = target.prototype as Record<string, unknown>;
    const use = prototype['use'] as UseMethod;
    prototype['use'] = function (this: object, input: unknown): Promise<unknown> {
      return runTool(definition, this, use, input);
    };
    Reflect.defineMetadata(TOOL_METADATA, definition, target);
  };
}

/** What `@Tool` left on a class; `undefined` for any other value. */
export function readToolDefinition(target: unknown): ToolDefinition | undefined {
  if (typeof target !== 'function') return undefined;
  return Reflect.getMetadata(TOOL_METADATA, target) as ToolDefinition | undefined;
}

function resolveTool(target: { name: string; prototype: object }, options: ToolOptions): ToolDefinition {
  const name = options.name ?? nameOfClass(target.name, 'Tool');
  if (!isName(name)) throw new InvalidDefinitionError('tool', name, `its name ${NAME_RULE}`);
  if (typeof (target.prototype as Record<string, unknown>)['use'] !== 'function') {
    throw new InvalidDefinitionError('tool', name, 'its class has no method use(input)');
  }
  const retry = { ...RETRY_DEFAULTS, ...options.retry };
  checkRange(name, 'maxConcurrency', options.maxConcurrency, 1, 10_000);
  checkRange(name, 'timeoutMs', options.timeoutMs, 1, 86_400_000);
  checkRange(name, 'retry.attempts', retry.attempts, 1, RETRY_BOUNDS.maxAttempts);
  checkRange(name, 'retry.delayMs', retry.delayMs, 0, RETRY_BOUNDS.maxDelayMs);
  checkRange(name, 'retry.maxDelayMs', retry.maxDelayMs, 0, RETRY_BOUNDS.maxDelayMs);
  const { description, input, output, maxConcurrency, timeoutMs } = options;
  return { name, description, input, output, maxConcurrency, timeoutMs, retry };
}

function checkRange(
  tool: string,
  field: string,
  value: number | undefined,
  least: number,
  most: number,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new InvalidDefinitionError(
    'tool',
    tool,
    `${field} is ${value}; it must be a whole number from ${least} to ${most}`,
  );
}
