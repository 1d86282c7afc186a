import { nearestNames, didYouMean } from '../../common/index.js';
import { BuilderError } from './builder.errors.js';
import { memberPath, pathRef } from './ref.js';
import type { RefTo } from './ref.types.js';

/**
 * What can be referred to behind the steps of these ids.
 * @param as how the item of a list is called, inside of `forEach`
 */
export function scopeOf(stepIds: readonly string[], as?: string): object {
  const item = as === undefined ? {} : { [as]: pathRef(as), index: pathRef('index') };
  return { input: pathRef('input'), steps: stepsOf(stepIds), run: pathRef('run'), ...item };
}

function stepsOf(stepIds: readonly string[]): Readonly<Record<string, RefTo<unknown>>> {
  const ids = new Set<PropertyKey>(stepIds);
  const find = (id: PropertyKey): RefTo<unknown> | undefined =>
    typeof id === 'string' && ids.has(id) ? pathRef(`steps${memberPath(id)}.output`, id) : undefined;
  const steps: Record<string, RefTo<unknown>> = {};
  return new Proxy(steps, {
    get: (_target, id) => find(id) ?? refuse(id, stepIds),
    // So that all of them together can be an input or the output.
    ownKeys: () => [...stepIds],
    getOwnPropertyDescriptor: (_target, id) => {
      const value = find(id);
      return value && { value, enumerable: true, configurable: true };
    },
  });
}

function refuse(id: PropertyKey, stepIds: readonly string[]): never {
  const wanted = String(id).slice(0, 80);
  const hint = didYouMean(nearestNames(wanted, stepIds));
  throw new BuilderError(`no step "${wanted}" is declared above${hint === '' ? '' : `.${hint}`}`);
}
