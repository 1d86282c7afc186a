import { didYouMean, nearestNames } from '../../../common/index.js';
import type { Scope } from '../../plan/plan.types.js';
import { Trouble } from './evaluation.js';
import { asCount, describeKind, isObject } from './values.js';

/** A member of an object by name, or an item of a list by position. */
export type Segment = string | number;

/** `steps.research.output.findings[0]`, as data. */
export interface Reference {
  readonly root: string;
  readonly segments: readonly Segment[];
}

const { hasOwn } = Object;

/** Member names of a large object that a suggestion looks through. */
const MAX_NAMES_TO_SUGGEST_FROM = 200;

/** What a plain reference refers to. Does nothing that grows with the data: this is most of what workflows evaluate. */
export function readReference(reference: Reference, scope: Scope): unknown {
  return followPath(rootOf(reference, scope), reference, scope);
}

/** Goes from what the root of a reference stands for to what the whole of it does. */
export function followPath(start: unknown, reference: Reference, scope: Scope): unknown {
  const { root, segments } = reference;
  if (start === undefined) throw new Trouble(`there is no "${root}" here`, 'missing');
  let value = start;
  for (let index = 0; index < segments.length; index++) {
    const member = memberOf(value, segments[index]!);
    if (member === undefined) {
      const parent = value;
      throw new Trouble(() => explainMissing(reference, index, parent, scope), 'missing');
    }
    value = member;
  }
  return value;
}

/** Whether there is something to refer to, null included. */
export function hasReference(start: unknown, { segments }: Reference): boolean {
  let value = start;
  for (const segment of segments) value = memberOf(value, segment);
  return value !== undefined;
}

/** `undefined` when there is none. A scope inherits from another, so at the end of its line are the functions of every object. */
export function rootOf({ root }: Reference, scope: Scope): unknown {
  const value = scope[root];
  return typeof value === 'function' ? undefined : value;
}

/** `undefined` when there is none. Only what JSON holds: nothing of a prototype, no `length`. */
function memberOf(value: unknown, segment: Segment): unknown {
  if (typeof segment === 'number') return Array.isArray(value) ? (value as unknown[])[segment] : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined;
}

function explainMissing({ root, segments }: Reference, index: number, parent: unknown, scope: Scope): string {
  if (root === 'steps' && index === 0) {
    return `the step "${String(segments[0])}" has not ended when this is evaluated`;
  }
  const place = writeReference(root, segments.slice(0, index));
  const reason = explainNoMember(parent, segments[index]!, place);
  if (root !== 'steps' || segments[1] !== 'output' || parent !== null) return reason;
  const status = scope.steps[segments[0]!]?.status;
  return status === 'succeeded' ? reason : `${reason} (the step was ${status})`;
}

/** `list[size(list) - 1]`, `data[item.key]`, `f(x).member`: the member of a value that was computed, or by a computed key. */
export function readMember(value: unknown, key: unknown, place: string): unknown {
  const segment = typeof key === 'string' ? key : asCount(key, `the position in ${place}`);
  const member = memberOf(value, segment);
  if (member === undefined) throw new Trouble(() => explainNoMember(value, segment, place), 'missing');
  return member;
}

function explainNoMember(value: unknown, segment: Segment, place: string): string {
  const member = writeSegment(segment);
  if (Array.isArray(value)) {
    if (typeof segment === 'number')
      return `there is no ${place}${member}: the list has ${value.length} items`;
    const remedy = segment === 'length' ? `size(${place})` : `a position, such as ${place}[0]`;
    return `${place} is a list and has no member "${cut(segment)}"; write ${remedy}`;
  }
  if (!isObject(value)) return `${place} is ${describeKind(value)}, so there is no ${place}${member}`;
  if (typeof segment === 'number') return `${place} is an object, not a list: there is no ${place}${member}`;
  const names = Object.keys(value)
    .slice(0, MAX_NAMES_TO_SUGGEST_FROM)
    .filter((name) => value[name] !== undefined);
  return `there is no ${place}${member}.${didYouMean(nearestNames(segment, names))}`;
}

/** As it is written: `steps.my-step.output[0]`, `input["odd key"]`. */
export function writeReference(root: string, segments: readonly Segment[]): string {
  const rest = segments.map((segment, index) =>
    root === 'steps' && index === 0 ? `.${cut(String(segment))}` : writeSegment(segment),
  );
  return root + rest.join('');
}

function writeSegment(segment: Segment): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return /^[A-Za-z_]\w*$/.test(segment) ? `.${cut(segment)}` : `[${JSON.stringify(cut(segment))}]`;
}

function cut(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
