import { InvalidDefinitionError } from './agent.errors.js';

/** What a method decorator was used on. */
export interface MarkedMethod {
  readonly target: object;
  readonly method: string | symbol;
  readonly descriptor: PropertyDescriptor | undefined;
}

/**
 * Refuses a mark on anything but a method of instances. The compiler refuses most of these; a mark that nobody would ever find must
 * not pass silently in plain JavaScript.
 *
 * @param whose what instances do with such a method: `instances provide capabilities`
 * @throws DEFINITION_INVALID
 */
export function checkMarkedMethod(
  decorator: string,
  { target, method, descriptor }: MarkedMethod,
  whose: string,
): void {
  const owner = typeof target === 'function' ? target : target.constructor;
  const refuse = (problem: string): never => {
    throw new InvalidDefinitionError('agent', owner.name, `${decorator} marks ${String(method)}, ${problem}`);
  };
  if (typeof target === 'function') refuse(`which is static; ${whose}`);
  if (typeof method === 'symbol') refuse('whose name is a symbol; name it by a text');
  if (typeof descriptor?.value !== 'function') refuse('which is no method');
}
