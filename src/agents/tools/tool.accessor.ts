import 'reflect-metadata';
import { readToolDefinition } from './tool.decorator.js';
import type { ToolDefinition } from './tool-runner.js';

/** The tools that a class gets by its constructor, as far as its parameters' types are classes. */
export function readInjectedTools(target: unknown): readonly ToolDefinition[] {
  if (typeof target !== 'function') return [];
  const parameters = (Reflect.getMetadata('design:paramtypes', target) ?? []) as unknown[];
  return parameters.flatMap((parameter) => readToolDefinition(parameter) ?? []);
}
