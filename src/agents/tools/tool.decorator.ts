import 'reflect-metadata';
import { findRetryProblem, resolveRetryOptions, type Schema } from '../../common/index.js';
import { InvalidDefinitionError } from '../agent.errors.js';
import { isName, nameOfClass, NAME_RULE } from '../contracts/names.js';
import { runTool, type ToolDefinition, type UseMethod } from './tool-runner.js';
import type { ToolOptions, Uses } from './tool.types.js';

const TOOL_METADATA = Symbol.for('cadre.metadata.tool');

/** What the author wrote, by the method that replaced it. */
const originals = new WeakMap<object, UseMethod>();

type ToolClass<I extends Schema, O extends Schema> = new (...args: never[]) => Uses<I, O>;

/**
 * Marks a class as a tool: a small typed function that agents use, `use(input)`. Inject it where it is needed.
 *
 * Each use is validated, limited, retried, timed and recorded with the attempt it works for; the agent does nothing for
 * that. A tool may use other tools, never agents. Without a schema for its input, it takes what its `use` takes.
 *
 * @throws DEFINITION_INVALID when an option is wrong or the class has no `use`
 * @publicApi
 */
export function Tool<I extends Schema = Schema<never>, O extends Schema = Schema>(
  options: ToolOptions<I, O> = {},
): <T extends ToolClass<I, O>>(target: T) => void {
  return (target) => {
    const definition = resolveTool(target, options);
    const prototype = target.prototype as { use: UseMethod };
    // A subclass inherits the wrapped method; wrapped again, one use would count and wait in line twice.
    const use = originals.get(prototype.use) ?? prototype.use;
    const wrapped = function (this: object, input: unknown): Promise<unknown> {
      return runTool(definition, this, use, input);
    };
    originals.set(wrapped, use);
    Object.defineProperty(prototype, 'use', { value: wrapped, writable: true, configurable: true });
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
  const retry = resolveRetryOptions(options.retry);
  checkRange(name, 'maxConcurrency', options.maxConcurrency, 10_000);
  checkRange(name, 'timeoutMs', options.timeoutMs, 86_400_000);
  const problem = findRetryProblem(retry);
  if (problem !== undefined) throw new InvalidDefinitionError('tool', name, problem);
  const { description, input, output, maxConcurrency, timeoutMs } = options;
  return { name, description, input, output, maxConcurrency, timeoutMs, retry };
}

function checkRange(tool: string, field: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return;
  throw new InvalidDefinitionError(
    'tool',
    tool,
    `${field} is ${value}; it must be a whole number from 1 to ${most}`,
  );
}
